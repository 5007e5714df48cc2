"""International securities identification numbers (ISO 6166): the check digit, and our own.

May not know contracts.
"""

# ISO 3166 leaves codes from XA to ZZ to users: no real security has an ISIN of this country.
OWN_COUNTRY = "ZZ"
_BODY = 9


def check_digit(body: str) -> str:
    """The last digit of an ISIN whose first eleven characters are ``body``.

    Letters count as two digits (A is 10), and from the right every other digit is doubled, as
    ISO 6166 (the Luhn algorithm) has it. Raises ValueError for characters that are neither.
    """
    digits = [int(digit) for letter in body for digit in str(int(letter, 36))]
    doubled = (digit * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    total = sum(value // 10 + value % 10 for value in doubled)
    return str(-total % 10)


def is_isin(text: str) -> bool:
    """Whether this is a country, nine letters or digits and the right check digit."""
    if len(text) != 12 or not (text.isascii() and text.isalnum() and text.isupper()):
        return False
    return text[:2].isalpha() and text[-1] == check_digit(text[:-1])


def own_isin(symbol: str) -> str:
    """The paper gateway's own ISIN for a security whose real one is not known for certain."""
    letters = "".join(letter for letter in symbol.upper() if letter.isalnum())
    body = OWN_COUNTRY + letters[:_BODY].rjust(_BODY, "0")
    return body + check_digit(body)
