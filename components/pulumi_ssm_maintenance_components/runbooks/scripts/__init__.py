"""Python that runbooks run at Systems Manager. Nothing here runs in a Pulumi program."""

from pathlib import Path

CHECK_PATCHES = Path(__file__).with_name("check_patches.py")
GATE = Path(__file__).with_name("gate.py")
REMOVE_IMAGES = Path(__file__).with_name("remove_images.py")
TAG_IMAGE = Path(__file__).with_name("tag_image.py")
