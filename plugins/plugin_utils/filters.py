# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the filters share: plain input, errors in Ansible's own form, values that are never read as templates."""

from __future__ import annotations

import functools
import re
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError, printable

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:  # gone from the ansible-core that marks what may be a template, and not what may not

    def wrap_var(v: t.Any) -> t.Any:
        return v


Filter = t.Callable[..., t.Any]

_HIDDEN = "********"


def veracode_filter(function: Filter) -> Filter:
    """Make a filter of a function: plain values go in, errors are Ansible's, and text from files stays text.

    A value that was encrypted with Ansible Vault appears in no error. Without the mark of `wrap_var`, ansible-core before
    2.19 would evaluate braces in a cell of a CSV file as a template.
    """

    @functools.wraps(function)
    def run(*args: t.Any, **kwargs: t.Any) -> t.Any:
        secrets: list[str] = []
        given = [plain(value, secrets) for value in args]
        named = {name: plain(value, secrets) for name, value in kwargs.items()}
        try:
            result = function(*given, **named)
        except VeracodeError as error:
            raise AnsibleFilterError(_without(error.msg, secrets)) from None
        except AnsibleFilterError as error:
            if not secrets:
                raise
            raise AnsibleFilterError(_without(str(error), secrets)) from None
        if secrets and isinstance(result, dict) and "errors" in result:
            result["errors"] = [_without(error, secrets) for error in result["errors"]]
        return wrap_var(result)

    return run


def _without(text: str, secrets: t.Iterable[str]) -> str:
    """Return a message without values that are given in confidence, nor what is like them."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if "\n" in secret:
            # The content of a file: its cells are what messages quote.
            text = re.sub(r'"[^\n]*"', f'"{_HIDDEN}"', text)
        # As it is, and as messages show it: trimmed, written out, or its beginning alone.
        forms = {form for each in (secret, secret.strip()) for form in (each, printable(each)) if form}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, _HIDDEN)
        text = re.sub(r'"([^"\n]{4,}…)"', functools.partial(_hidden_part, printable(secret)), text)
    return re.sub(r', did you mean "[^\n]*?"\?', "", text) if _HIDDEN in text else text


def _hidden_part(secret: str, part: re.Match[str]) -> str:
    """Return a quoted text of a message, hidden if it is the beginning of a secret."""
    return f'"{_HIDDEN}"' if secret.lstrip().startswith(part.group(1)[:-1].lstrip()) else part.group()


def text_of(value: t.Any, name: str) -> str:
    """Return the input of a filter that has to be text.

    :raises AnsibleFilterError: it is something else.
    """
    if not isinstance(value, str):
        raise AnsibleFilterError(f"{name}: the input is of type {type(value).__name__}; give it text")
    return value


def plain(value: t.Any, secrets: list[str] | None = None) -> t.Any:
    """Return a value without the containers of Ansible's templating, and decrypted.

    :param secrets: gets every text that was encrypted with Ansible Vault.
    """
    if isinstance(value, Mapping):
        return {plain(key, secrets): plain(each, secrets) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, secrets) for each in value]
    if getattr(value, "__ENCRYPTED__", False):
        # ansible-core before 2.19: an object that is not a text, and decrypts itself when a text is needed.
        value = str(value)
        if secrets is not None:
            secrets.append(value)
    elif secrets is not None and isinstance(value, str) and _is_vaulted(value):
        secrets.append(str(value))
    return value


def _is_vaulted(value: str) -> bool:
    """Tell whether a text was decrypted by ansible-core 2.19 or newer, which marks it."""
    tags: t.Iterable[type] = getattr(value, "_ansible_tags_mapping", None) or ()
    return any(tag.__name__ == "VaultedValue" for tag in tags)
