"""What a browser may send with an order: text that can be stored, numbers that a database holds."""

from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import BaseModel, model_validator

from store.readers.values import all_storable

# The number of a turn in a conversation.
TurnNumber = Annotated[int, Ge(0), Le(2**53)]


class Sent(BaseModel):
    """The body of an order. Half a character, which JSON can bring and nothing can hold, is replaced."""

    @model_validator(mode="before")
    @classmethod
    def _as_stored(cls, value: Any) -> Any:
        return all_storable(value)
