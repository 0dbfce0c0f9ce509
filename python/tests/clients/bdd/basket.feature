Feature: Step texts are read by parsimd
  Scenario: Values come typed
    Given a basket with 3 apples at 1.25 each
    When I take out 1 apple
    Then the basket costs 2.5
