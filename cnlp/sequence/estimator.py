"""scikit-learn's contract for estimators, without scikit-learn: parameters can be read, set and cloned.

A constructor only stores its arguments, under their names; learnt attributes end in ``_``. So
``sklearn.base.clone``, ``GridSearchCV`` and the like work on every tagger here. Source: Buitinck et al.,
API design for machine learning software, 2013.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from cnlp import errors

if TYPE_CHECKING:
    from typing_extensions import Self


class Estimator:
    """Reads and sets the arguments of the constructor.

    >>> from cnlp.segmentation.hmm import HMM
    >>> HMM(order=2).get_params()
    {'order': 2, 'strength': 1.0}
    >>> HMM().set_params(order=2)
    HMM(order=2)
    """

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in parameters}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor; ``deep`` is there for scikit-learn and changes nothing."""
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **parameters: Any) -> Self:
        """Change arguments of the constructor.

        Raises:
            ArgumentError: there is no such argument.
        """
        for name, value in parameters.items():
            if name not in self._defaults():
                raise errors.unknown_choice("parameter", name, self._defaults())
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = self._defaults()
        changed = {name: value for name, value in self.get_params().items() if value != defaults[name]}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed.items())})"
