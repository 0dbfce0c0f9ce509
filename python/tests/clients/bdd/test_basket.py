import parse
import parsimd
from pytest_bdd import given, parsers, scenarios, then, when

scenarios("basket.feature")


def test_parse_is_parsimd():
    assert parse is parsimd


@given(parsers.parse("a basket with {count:d} apples at {price:f} each"), target_fixture="basket")
def basket(count, price):
    return {"count": count, "price": price}


@when(parsers.parse("I take out {count:d} apple"))
def take(basket, count):
    basket["count"] -= count


@then(parsers.cfparse("the basket costs {total:g}"))
def costs(basket, total):
    assert basket["count"] * basket["price"] == total
