"""Nothing is written when nothing has changed, and each operation makes its fixed number of calls."""


def test_each_operation_makes_its_fixed_number_of_calls(stack, local_aws, run_command, window, held):
    def calls():
        made = [request.operation for request in local_aws.requests()]
        local_aws.clear_requests()
        return sorted(made)

    made = stack({"task": run_command})
    local_aws.clear_requests()
    made.preview()
    assert calls() == []
    made.up()
    assert calls() == ["GetCallerIdentity", "GetMaintenanceWindowTask", "RegisterTaskWithMaintenanceWindow"]
    made.up()
    assert calls() == []
    made.refresh()
    assert calls() == ["GetMaintenanceWindowTask"]
    run_command["priority"] = 5
    made.up()
    assert calls() == ["UpdateMaintenanceWindowTask"]
    made.destroy()
    assert calls() == ["DeregisterTaskFromMaintenanceWindow"]
