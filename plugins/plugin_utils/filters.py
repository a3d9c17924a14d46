# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the filters share: errors in Ansible's own form, and values that are never read as templates."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.community.veracode.plugins.module_utils._errors import VeracodeError

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:  # gone from the ansible-core that marks what may be a template, and not what may not

    def wrap_var(v: t.Any) -> t.Any:
        return v


Filter = t.Callable[..., t.Any]


def veracode_filter(function: Filter) -> Filter:
    """Make a filter of a function: its errors are Ansible's, and text from files stays text.

    Without the mark, ansible-core before 2.19 would evaluate braces in a cell of a CSV file as a template.
    """

    @functools.wraps(function)
    def run(*args: t.Any, **kwargs: t.Any) -> t.Any:
        try:
            return wrap_var(function(*args, **kwargs))
        except VeracodeError as error:
            raise AnsibleFilterError(error.msg) from None

    return run


def text_of(value: t.Any, name: str) -> str:
    """Return the input of a filter that has to be text.

    :raises AnsibleFilterError: it is something else.
    """
    if not isinstance(value, str):
        raise AnsibleFilterError(f"{name}: the input is {value!r:.80}; give it text")
    return value


def plain(value: t.Any) -> t.Any:
    """Return a value without the containers of Ansible's templating, so that it can be copied and wrapped."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
