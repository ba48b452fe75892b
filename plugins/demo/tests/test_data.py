import pytest

from pilotkit import DataError, Deployment
from pilotkit.testing import tiny_deployment
from pilotkit_demo.data import MOTTOS, mottos


def opened(folder, **files) -> Deployment:
    return Deployment(tiny_deployment(folder, files, plugins__enabled=["demo"]))


def test_a_motto_is_read_with_what_the_deployment_changed_on_top(tmp_path):
    deployment = opened(
        tmp_path,
        **{
            MOTTOS.path: "- {id: open, words: {en: We are open, fr: Ouvert}}\n",
            "local/overrides/demo/mottos.yaml": "open:\n  words:\n    en: {is: Come in, was: We are open}\n",
        },
    )
    assert ["Come in"] == [each.words.root["en"] for each in mottos(deployment.catalog)]


def test_a_motto_without_words_is_named_with_file_and_key(tmp_path):
    with pytest.raises(DataError, match=r"mottos\.yaml.*open\.words: is required"):
        _ = opened(tmp_path, **{MOTTOS.path: "- {id: open}\n"}).catalog
