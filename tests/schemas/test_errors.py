from schemas.errors import Code, ContractError, Fault


def test_an_error_says_where_and_what_was_expected():
    error = ContractError(
        Code.CONTRACT_VIOLATION, Fault("/time", "RFC 3339"), Fault("", "an object")
    )
    assert str(error) == "contract-violation: /time: RFC 3339; /: an object"
    assert error.code is Code.CONTRACT_VIOLATION
    assert [fault.pointer for fault in error.faults] == ["/time", ""]
