from uuid import uuid4

import pytest
from chassis.privacy.blobs import PIECE_BYTES, seal_bytes, unseal_bytes
from contracts.sealed import BrokenSealError, PersonKey
from hypothesis import given
from hypothesis import strategies as st

KEY = PersonKey(uuid4(), 1, b"m" * 32)
PLACE = "blob/content/1"
HEADER, PIECE = 24, PIECE_BYTES + 16


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_content_of_any_size_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    sealed = seal_bytes(content[:size], KEY, PLACE)
    assert unseal_bytes(sealed, KEY, PLACE) == content[:size]


def test_the_same_content_never_looks_the_same() -> None:
    assert seal_bytes(b"a", KEY, PLACE) != seal_bytes(b"a", KEY, PLACE)


@given(st.integers(0), st.integers(1, 255))
def test_any_altered_byte_breaks_the_seal(at: int, change: int) -> None:
    sealed = bytearray(seal_bytes(bytes(1000), KEY, PLACE))
    # Bytes 4 to 8 repeat the key's version for people who look at it; the seal is bound to the version itself.
    places = [*range(4), *range(8, len(sealed))]
    sealed[places[at % len(places)]] ^= change
    with pytest.raises(BrokenSealError):
        unseal_bytes(bytes(sealed), KEY, PLACE)


def test_pieces_cannot_be_cut_off_swapped_or_repeated() -> None:
    sealed = seal_bytes(bytes(3 * PIECE_BYTES), KEY, PLACE)
    pieces = [sealed[HEADER + i * PIECE : HEADER + (i + 1) * PIECE] for i in range(3)]
    for order in ((0, 1), (0,), (), (1, 0, 2), (0, 1, 2, 2), (0, 2)):
        with pytest.raises(BrokenSealError):
            unseal_bytes(sealed[:HEADER] + b"".join(pieces[i] for i in order), KEY, PLACE)


def test_a_seal_holds_for_one_place_and_one_person() -> None:
    sealed = seal_bytes(b"a", KEY, PLACE)
    with pytest.raises(BrokenSealError):
        unseal_bytes(sealed, KEY, "blob/content/2")
    with pytest.raises(BrokenSealError):
        unseal_bytes(sealed, PersonKey(uuid4(), 1, KEY.material), PLACE)
