"""The OpenID Connect providers of the local AWS: checked, completed and changed as AWS documents it.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

URL = "https://token.actions.githubusercontent.com"
ARN = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def refusal(call, /, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"]


def test_a_provider_without_thumbprints_gets_one(iam):
    assert iam.create_open_id_connect_provider(Url=URL, ClientIDList=["a"])["OpenIDConnectProviderArn"] == ARN
    held = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    assert (held["Url"], held["ClientIDList"]) == (URL.removeprefix("https://"), ["a"])
    assert [len(one) for one in held["ThumbprintList"]] == [40]


def test_a_second_provider_of_one_host_is_refused_in_the_words_of_aws(iam):
    iam.create_open_id_connect_provider(Url=URL)
    expected = ("EntityAlreadyExists", f"Provider with url {URL} already exists.")
    assert refusal(iam.create_open_id_connect_provider, Url=URL) == expected


@pytest.mark.parametrize(
    "url", ["http://gitlab.com", "gitlab.com", "https://gitlab.com:8443", "https://gitlab.com?a=b"], ids=str
)
def test_a_url_that_aws_does_not_take_is_refused(iam, url):
    code, _ = refusal(iam.create_open_id_connect_provider, Url=url)
    assert code == "ValidationError"


def test_a_thumbprint_has_40_characters(iam):
    code, _ = refusal(iam.create_open_id_connect_provider, Url=URL, ThumbprintList=["0" * 41])
    assert code == "ValidationError"
    iam.create_open_id_connect_provider(Url=URL)
    code, _ = refusal(
        iam.update_open_id_connect_provider_thumbprint, OpenIDConnectProviderArn=ARN, ThumbprintList=["0" * 41]
    )
    assert code == "ValidationError"


def test_the_last_thumbprint_cannot_be_removed(iam):
    iam.create_open_id_connect_provider(Url=URL)
    change = iam.update_open_id_connect_provider_thumbprint
    assert refusal(change, OpenIDConnectProviderArn=ARN, ThumbprintList=[])[0] == "InvalidInput"


def test_clients_are_added_and_removed_more_than_once_without_an_error(iam):
    iam.create_open_id_connect_provider(Url=URL, ClientIDList=["a"])
    for client in ("b", "b"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID=client)
    for client in ("a", "a"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID=client)
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)["ClientIDList"] == ["b"]


def test_a_provider_that_does_not_exist_is_deleted_without_an_error_and_not_changed(iam):
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    add = iam.add_client_id_to_open_id_connect_provider
    assert refusal(add, OpenIDConnectProviderArn=ARN, ClientID="a")[0] == "NoSuchEntity"
