"""Reworded proposals are found among ten thousand texts, and an index says what comparing one by one says."""

import pytest

from app.stats.similarity import ALIKE, Index, similarities
from tests.bench.similar import MOST_MILLISECONDS, SIZE, evaluate, make_corpus, query_seconds, read_pairs

TEXTS = ["Night buses", "Buses by night", "Forest school", "", "Night school"]


@pytest.fixture(scope="module")
def index() -> Index:
    index = Index()
    index.extend(make_corpus())
    return index


@pytest.mark.xdist_group("similarity")
def test_reworded_proposals_are_found_in_four_languages(index: Index) -> None:
    assert len(index.keys) == SIZE
    found = evaluate(index)
    for language, one in found.items():
        print(f"{language}: recall {one.recall:.2f}, precision {one.precision:.2f}")  # noqa: T201 -- read by people
    assert {language: len(pairs) for language, pairs in read_pairs().items()} == {
        "en": 12,
        "es": 11,
        "fr": 11,
        "de": 12,
    }
    hits = sum(one.hits for one in found.values())
    assert hits / sum(one.pairs for one in found.values()) >= 0.8
    assert hits / sum(one.shown for one in found.values()) >= 0.6
    assert min(one.recall for one in found.values()) >= 0.8


@pytest.mark.xdist_group("similarity")
def test_a_question_among_ten_thousand_is_quick(index: Index) -> None:
    # a busy machine: `make bench` holds the promise itself
    assert 1000 * query_seconds(index, runs=3) < 4 * MOST_MILLISECONDS


@pytest.mark.xdist_group("similarity")
def test_an_initiative_is_found_in_the_language_of_the_proposal(index: Index) -> None:
    for text, key in (
        ("Un mapa compartido para reservar capacidad de bioproducción", ("I14", "es")),
        ("Eine Karte für freie Kapazitäten der Bioproduktion", ("I14", "de")),
    ):
        assert key in [found for found, _ in index.nearest(text, 3)]


def test_the_index_says_what_comparing_one_by_one_says() -> None:
    index = Index()
    index.extend(list(enumerate(TEXTS)))
    for text in TEXTS[:3]:
        found = dict(index.nearest(text, 10, 0.0))
        # how rare a run is counts over the kept texts only, so figures differ a little
        for place, likeness in enumerate(similarities(text, TEXTS)):
            assert found[place] == pytest.approx(likeness, abs=0.05)
    assert index.nearest("Night buses", 2)[0] == (0, pytest.approx(1.0))


def test_texts_added_one_by_one_count_as_those_added_at_once() -> None:
    at_once, one_by_one = Index(), Index()
    at_once.extend(list(enumerate(TEXTS * 8)))
    for place, text in enumerate(TEXTS * 8):
        one_by_one.extend([(place, text)])
    assert len(one_by_one.keys) == len(at_once.keys) == 40
    for text in (*TEXTS, "a school for the night"):
        found, wanted = one_by_one.nearest(text, 40), at_once.nearest(text, 40)
        assert [key for key, _ in found] == [key for key, _ in wanted]
        assert [one for _, one in found] == pytest.approx([one for _, one in wanted])


def test_without_texts_or_words_nothing_is_alike() -> None:
    index = Index()
    assert index.nearest("Night buses", 3) == []
    index.extend([])
    index.extend([("empty", "…"), ("buses", "Night buses")])
    assert index.nearest("…", 3) == []
    assert index.nearest("Zebra", 3) == []
    assert [key for key, _ in index.nearest("Night buses and zebras", 3, ALIKE)] == ["buses"]
