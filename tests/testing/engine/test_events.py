"""What a run of the engine leaves behind, apart from any run."""

import pickle

from pulumi_ssm_maintenance.testing.engine.events import EngineError, read_result


def test_an_error_of_the_engine_survives_pickling_as_between_the_workers_of_a_test_run():
    error = EngineError("failed", read_result("up", 255, "not today", ""))
    error.add_note("in the night")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), vars(copy)) == (str(error), vars(error))
