"""Bytes are given out, waited for in line, and given back."""

from __future__ import annotations

from functools import partial

from regulars.kernel.allowance import Allowance


def test_who_asks_first_comes_first():
    allowance, got = Allowance(10), list[str]()
    for name, amount in (("a", 6), ("b", 6), ("c", 3)):
        allowance.take(amount, partial(got.append, name))
    assert got == ["a"]
    allowance.give_back(6)
    assert got == ["a", "b", "c"]


def test_who_leaves_the_line_holds_up_nobody():
    allowance, got = Allowance(10), list[str]()
    impatient = partial(got.append, "impatient")
    allowance.take(8, lambda: got.append("a"))
    allowance.take(8, impatient)
    allowance.take(2, lambda: got.append("b"))
    assert allowance.leave_line(impatient)
    assert got == ["a", "b"]
    assert not allowance.leave_line(impatient)


def test_more_than_all_counts_as_all():
    allowance, got = Allowance(10), list[str]()
    allowance.take(99, lambda: got.append("a"))
    allowance.take(1, lambda: got.append("b"))
    allowance.give_back(99)
    assert got == ["a", "b"]


async def test_waiting_has_an_end():
    allowance = Allowance(10)
    assert await allowance.wait_for(10, 0.01)
    assert not await allowance.wait_for(1, 0.01)
    allowance.give_back(10)
    assert await allowance.wait_for(10, 0.01)
