Feature: Step texts are read by parsimd
  Scenario: Values come typed
    Given an account with 1,250 coins
    When I spend 12.5 coins on "rye bread"
    And on 21/Nov/2011 I earn 30 coins
    Then I have 1267.5 coins

  Scenario Outline: A type of one's own, with a cardinality
    Given the words <words>
    Then there are <count> words

    Examples:
      | words         | count |
      | one           | 1     |
      | one, two, ten | 3     |
