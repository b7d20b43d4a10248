"""Dropout and the handling of denormal numbers."""

from __future__ import annotations

import threading

import pytest

torch = pytest.importorskip("torch")

from cnlp.ner.neural.denormals import is_zero, tiny_is_zero  # noqa: E402
from cnlp.ner.neural.dropout import Dropout  # noqa: E402


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_and_the_mean_that_stays(rate):
    torch.manual_seed(1)
    out = Dropout(rate)(torch.ones(300, 333))
    assert abs((out == 0).double().mean().item() - rate) < 0.01
    assert abs(out.double().mean().item() - 1) < 0.03
    assert abs((out == 0).double().mean(0) - rate).max() < 0.15


def test_the_gradient_goes_where_the_number_went():
    x = torch.randn(7, 5, requires_grad=True)
    out = Dropout(0.5)(x)
    out.sum().backward()
    torch.testing.assert_close(x.grad * x, out)


def test_the_seed_decides_and_without_training_nothing_is_dropped():
    layer, x = Dropout(0.3), torch.randn(50)
    torch.manual_seed(4)
    one = layer(x)
    torch.manual_seed(4)
    assert torch.equal(layer(x), one)
    assert torch.equal(layer.eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)
    assert layer.train()(torch.ones(0, 3)).shape == (0, 3)


def test_denormals_are_zero_inside_and_for_no_other_thread():
    entered, elsewhere = threading.Event(), []
    other = threading.Thread(target=lambda: (entered.wait(), elsewhere.append(is_zero())))
    other.start()
    assert not is_zero()
    with tiny_is_zero():
        assert is_zero()
        with tiny_is_zero():
            pass
        assert is_zero()
        entered.set()
        other.join()
    assert not is_zero()
    assert elsewhere == [False]
