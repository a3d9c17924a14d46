# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A key pair: its form, its region, and how it is checked before anything signs with it.

No message of this file holds a key id or a secret: the two are easily given in each other's place.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError

# The seventh character of a prefix such as "vera01ei-" (documented for two regions, the third seen in Veracode's code).
_PREFIX_REGIONS = {"g": "commercial", "e": "european", "f": "federal"}
_PREFIX_LENGTH = 8

# Hexadecimal digits without the prefix (seen in Veracode's signing library).
_ID_LENGTH = (32, 128)
_SECRET_LENGTH = (128, 1024)

# Twice as long as an id. Half a secret is a secret, too.
_LIKE_SECRET = re.compile(r"[0-9A-Fa-f]{65,}")

# Where a key may be given in place of what belongs there. The option of the secret is masked by Ansible.
_PUBLIC_OPTIONS = ("api_key_id", "profile", "credentials_file", "region", "api_url", "xml_api_url")
_PUBLIC_VARIABLES = ("VERACODE_API_KEY_ID", "VERACODE_API_PROFILE", "VERACODE_CREDENTIALS_FILE")

_VAULT = "$ANSIBLE_VAULT;"


@dataclass(frozen=True)
class Credentials:
    """The HMAC key pair of the calling account.

    :param api_key_id: as given; may carry a region prefix (`vera01ei-`).
    :param api_key_secret: as given; may carry a region prefix (`vera01es-`).
    """

    api_key_id: str
    api_key_secret: str = field(repr=False)

    @property
    def bare_id(self) -> str:
        """The id without its prefix, in lower case: as it is signed and sent."""
        return _bare(self.api_key_id).lower()

    @property
    def bare_secret(self) -> str:
        """The secret without its prefix, which is the key of the HMAC."""
        return _bare(self.api_key_secret)

    @property
    def region(self) -> str:
        """`commercial`, `european` or `federal`, from the prefix; without a prefix `commercial`."""
        return self.prefix_region or "commercial"

    @property
    def prefix_region(self) -> str | None:
        """The region that a prefix names (of the id, else of the secret), or `None` without a prefix."""
        return _prefix_region(self.api_key_id) or _prefix_region(self.api_key_secret)

    def is_swapped(self) -> bool:
        """Return whether each of the two has the form of the other."""
        return _looks_like_secret(self.api_key_id) and not _looks_like_secret(self.api_key_secret)

    def secrets(self) -> set[str]:
        """Return what must never be shown: the secret as given and without its prefix."""
        return {self.api_key_secret, self.bare_secret}

    def check(self, source: str) -> None:
        """Check the form of the pair, so that the signing library never finds fault with it: its messages show it.

        :param source: where the pair comes from, for the message.
        :raises InputError: says which of the two is wrong, how, and where it comes from.
        """
        if self.is_swapped():
            raise InputError(
                f"The API key id and the API key secret from {source} are swapped. Swap the two values",
                option="api_key_id",
            )
        if _has_prefix_of_secret(self.api_key_id) or self.bare_id == self.bare_secret.lower():
            raise InputError(
                f"The API key id from {source} is an API key secret. Give the id of the key pair, which is shorter",
                option="api_key_id",
            )
        problem = _id_problem(self.api_key_id)
        if problem:
            raise InputError(f"The API key id from {source} {problem}", option="api_key_id")
        problem = _secret_problem(self.api_key_secret)
        if problem:
            raise InputError(f"The API key secret from {source} {problem}", option="api_key_secret")
        of_id, of_secret = _prefix_region(self.api_key_id), _prefix_region(self.api_key_secret)
        if of_id and of_secret and of_id != of_secret:
            raise InputError(
                f"The API key id and the API key secret from {source} do not belong together: the prefix of the id "
                f"names the {of_id} region, that of the secret the {of_secret} region. Take both from one key pair",
                option="api_key_secret",
            )


def _bare(credential: str) -> str:
    return credential.rsplit("-", 1)[-1]


def _prefix_region(credential: str) -> str | None:
    prefix, dash, _rest = credential.partition("-")
    if not dash or len(prefix) != _PREFIX_LENGTH:
        return None
    return _PREFIX_REGIONS.get(prefix[6].lower())


def _id_problem(value: str) -> str | None:
    return _problem(value, _ID_LENGTH)


def _secret_problem(value: str) -> str | None:
    problem = _problem(value, _SECRET_LENGTH)
    if problem is None and len(_bare(value)) % 2:
        return "has an odd number of hexadecimal digits. Copy it again: a digit is missing or extra"
    return problem


def _problem(value: str, length: tuple[int, int]) -> str | None:
    """Return what is wrong with the form of an id or a secret, without quoting any of it."""
    if value != value.strip():
        return "begins or ends with white space. Copy it without"
    if value[:1] in "\"'" or value[-1:] in "\"'":
        return "is enclosed in quotation marks. Write it without"
    if value.startswith(_VAULT):
        return "is still encrypted with Ansible Vault. Give it as a variable that Ansible decrypts"
    if re.fullmatch(r"[\w-]+\s*[#;].*", value, re.DOTALL):
        return "is followed by a comment. Put the comment on its own line"
    if "-" in value:
        prefix = value.split("-", 1)[0]
        if value.count("-") > 1 or len(prefix) != _PREFIX_LENGTH or _prefix_region(value) is None:
            return (
                "begins with a prefix that is not one of Veracode's (such as vera01gi-, vera01ei- or vera01fi- for an "
                "id, vera01gs-, vera01es- or vera01fs- for a secret). Copy it again"
            )
    bare = _bare(value)
    if not re.fullmatch("[0-9A-Fa-f]*", bare):
        return "does not consist of hexadecimal digits (0-9, a-f). Copy it again"
    shortest, longest = length
    if not shortest <= len(bare) <= longest:
        return f"has {len(bare)} hexadecimal digits instead of {shortest} to {longest}. Copy it again"
    return None


def _has_prefix_of_secret(value: str) -> bool:
    return _kind_by_prefix(value) == "s"


def _kind_by_prefix(value: str) -> str:
    """Return `i` or `s`, what the prefix of a value says that it is; empty if it says nothing."""
    prefix, dash, _rest = value.partition("-")
    kind = prefix[7].lower() if dash and len(prefix) == _PREFIX_LENGTH else ""
    return kind if kind in ("i", "s") else ""


def _looks_like_secret(value: str) -> bool:
    kind = _kind_by_prefix(value)
    return kind == "s" if kind else len(_bare(value)) >= _SECRET_LENGTH[0]


def misplaced_secrets(options: Mapping[str, t.Any], environ: Mapping[str, str]) -> set[str]:
    """Return what stands where no secret belongs and may be one, so that no result shows it.

    A secret that was mistyped, cut off or put into quotes still counts. An id that was mistyped does not.
    """
    given = [options.get(name) for name in _PUBLIC_OPTIONS] + [environ.get(name) for name in _PUBLIC_VARIABLES]
    found = {value for value in given if isinstance(value, str) and _may_be_secret(value)}
    return found | {part for value in found for part in re.findall(r"[0-9A-Fa-f]{32,}|\w{65,}", value)}


def _may_be_secret(value: str) -> bool:
    return _has_prefix_of_secret(value.strip(" \t\r\n\"'")) or bool(_LIKE_SECRET.search(value))
