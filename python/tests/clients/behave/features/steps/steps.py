from behave import given, register_type, step, then, use_step_matcher, when
from parse_type import TypeBuilder

import parse
import parsimd

assert parse is parsimd


@parse.with_pattern(r"[a-z]+")
def word(text):
    return text


register_type(Word=word, Words=TypeBuilder.with_many(word))
use_step_matcher("cfparse")


@given("the words {words:Word+}")
def the_words(context, words):
    context.words = words


@then("there are {count:d} words")
def count_words(context, count):
    assert len(context.words) == count


use_step_matcher("parse")


@given("an account with {coins:n} coins")
def an_account(context, coins):
    context.coins = coins


@when('I spend {coins:f} coins on "{what}"')
def spend(context, coins, what):
    assert what == "rye bread"
    context.coins -= coins


@step("on {day:tg} I earn {coins:d} coins")
def earn(context, day, coins):
    assert (day.year, day.month, day.day) == (2011, 11, 21)
    context.coins += coins


@then("I have {coins:g} coins")
def have(context, coins):
    assert context.coins == coins, context.coins
