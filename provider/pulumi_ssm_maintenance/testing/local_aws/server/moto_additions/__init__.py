"""What moto lacks or answers otherwise than AWS, added to moto in the server process."""
