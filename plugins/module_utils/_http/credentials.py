# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""From options, environment and credentials file to a connection in which everything is settled.

No message of this file holds a key id or a secret: the two are easily given in each other's place.
"""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.community.veracode.plugins.module_utils._errors import InputError

# The top-level domain of each region's two hosts (documented).
DOMAINS = {"commercial": "com", "european": "eu", "federal": "us"}

# The seventh character of a prefix such as "vera01ei-" (documented for two regions, the third seen in Veracode's code).
_PREFIX_REGIONS = {"g": "commercial", "e": "european", "f": "federal"}
_PREFIX_LENGTH = 8

# Hexadecimal digits without the prefix (seen in Veracode's signing library).
_ID_LENGTH = (32, 128)
_SECRET_LENGTH = (128, 1024)

_DEFAULT_FILE = "~/.veracode/credentials"
_DEFAULT_PROFILE = "default"
_KEYS = ("veracode_api_key_id", "veracode_api_key_secret")

_HOW = (
    "Give the options api_key_id and api_key_secret, or set the environment variables VERACODE_API_KEY_ID and "
    "VERACODE_API_KEY_SECRET where the module runs, or write both to a credentials file"
)


@dataclass(frozen=True)
class Credentials:
    """The HMAC key pair of the calling account.

    :param api_key_id: as given; may carry a region prefix (C(vera01ei-)).
    :param api_key_secret: as given; may carry a region prefix (C(vera01es-)).
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
        """C(commercial), C(european) or C(federal), from the prefix; without a prefix C(commercial)."""
        return self.prefix_region or "commercial"

    @property
    def prefix_region(self) -> str | None:
        """The region that a prefix names (of the id, else of the secret), or C(None) without a prefix."""
        return _prefix_region(self.api_key_id) or _prefix_region(self.api_key_secret)

    def secrets(self) -> set[str]:
        """Return what must never be shown: the secret as given and without its prefix."""
        return {self.api_key_secret, self.bare_secret}

    def check(self, source: str) -> None:
        """Check the form of the pair, so that the signing library never finds fault with it: its messages show it.

        :param source: where the pair comes from, for the message.
        :raises InputError: says which of the two is wrong, how, and where it comes from.
        """
        problem = _id_problem(self.api_key_id)
        if problem:
            hint = ""
            if _id_problem(self.api_key_secret) is None and _secret_problem(self.api_key_id) is None:
                hint = " (the key id and the secret look as if they were swapped)"
            raise InputError(f"The API key id from {source} {problem}{hint}", option="api_key_id")
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


@dataclass(frozen=True)
class Connection:
    """Everything that a transport needs to know, settled and checked.

    :param region: C(commercial), C(european) or C(federal).
    :param api_url: base URL of the REST API, C(https://host[:port]).
    :param xml_api_url: base URL of the XML API, C(https://host[:port]).
    :param validate_certs: whether the server's certificate is verified.
    :param ca_path: file or folder of the authorities to trust; C(None) for those that requests trusts.
    :param timeout: seconds to wait for an answer.
    :param max_retries: how often a call that is safe to repeat is repeated.
    :param rate_limit: calls in any 60 seconds; C(None) for the default of the API.
    """

    credentials: Credentials
    region: str
    api_url: str
    xml_api_url: str
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 120.0
    max_retries: int = 5
    rate_limit: int | None = None


def connection_from_options(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> Connection:
    """Settle the connection options of a module.

    :param options: the module's options; C(None) is what was not given.
    :param environ: the environment of the process; only the variables of the credentials are read from it, as the
        others are fall-backs of the argument specification.
    :param home: the folder that C(~) means.
    :raises InputError: an option that cannot be meant as it stands; names option, value and remedy.
    """
    credentials = find_credentials(options, environ, home)
    region = _region(options.get("region"), credentials)
    domain = DOMAINS[region]
    validate_certs = options.get("validate_certs")
    return Connection(
        credentials=credentials,
        region=region,
        api_url=_base_url("api_url", options.get("api_url"), f"https://api.veracode.{domain}"),
        xml_api_url=_base_url("xml_api_url", options.get("xml_api_url"), f"https://analysiscenter.veracode.{domain}"),
        validate_certs=True if validate_certs is None else bool(validate_certs),
        ca_path=_ca_path(options.get("ca_path"), home),
        timeout=float(_number(options, "timeout", 120, minimum=1, unit="seconds")),
        max_retries=int(_number(options, "max_retries", 5, minimum=0, unit="repetitions")),
        rate_limit=None
        if options.get("rate_limit") is None
        else int(_number(options, "rate_limit", 0, minimum=1, unit="calls in 60 seconds")),
    )


def find_credentials(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> Credentials:
    """Return the key pair from the first source that names one.

    The sources: the options; a profile or file given as an option; the environment; the file.

    :raises InputError: no pair, half a pair, or a pair of the wrong form; names the source and the remedy.
    """
    credentials, source = _find(options, environ, home)
    credentials.check(source)
    return credentials


def _find(options: Mapping[str, t.Any], environ: Mapping[str, str], home: str) -> tuple[Credentials, str]:
    for name in ("api_key_id", "api_key_secret", "profile", "credentials_file"):
        if options.get(name) == "":
            raise InputError(
                f"{name} is empty. Give it a value, or leave it out so that the next source of credentials is used",
                option=name,
            )

    pair = _pair(options.get("api_key_id"), options.get("api_key_secret"), ("api_key_id", "api_key_secret"), "option")
    if pair:
        return pair, "the options"

    file_option, profile_option = options.get("credentials_file"), options.get("profile")
    if file_option is None and profile_option is None:
        variables = ("VERACODE_API_KEY_ID", "VERACODE_API_KEY_SECRET")
        pair = _pair(environ.get(variables[0]), environ.get(variables[1]), variables, "environment variable")
        if pair:
            return pair, "the environment"

    file_variable = environ.get("VERACODE_CREDENTIALS_FILE")
    path = _expand(str(file_option or file_variable or _DEFAULT_FILE), home)
    profile = str(profile_option or environ.get("VERACODE_API_PROFILE") or _DEFAULT_PROFILE)
    named = "option" if file_option else "environment" if file_variable else "default"
    if named == "default" and profile_option and not os.path.exists(path):
        raise InputError(
            f"profile is {profile!r}, but the file of profiles, {path}, does not exist. {_HOW}",
            option="profile",
            value=profile,
        )
    return _from_file(path, profile, named), f"profile {profile!r} of {path}"


def _pair(key_id: t.Any, secret: t.Any, names: tuple[str, str], noun: str) -> Credentials | None:
    """Return the pair, or C(None) if neither half is set (empty counts as unset)."""
    if key_id and secret:
        return Credentials(str(key_id), str(secret))
    if key_id or secret:
        there, missing = names if key_id else (names[1], names[0])
        raise InputError(
            f"The {noun} {there} is set, but {missing} is not. Set both, or neither to use the next source of "
            "credentials",
            option="api_key_secret" if key_id else "api_key_id",
        )
    return None


def _text_of_file(path: str, named: str) -> str:
    option = "credentials_file"
    try:
        with open(path, encoding="utf-8-sig") as stream:
            return stream.read()
    except FileNotFoundError:
        if named == "default":
            raise InputError(
                f"No Veracode credentials were found. {_HOW} ({path} does not exist)", option="api_key_id"
            ) from None
        raise InputError(
            f"The credentials file {path} does not exist (named by the {named}). {_HOW}", option=option, value=path
        ) from None
    except OSError as error:
        raise InputError(
            f"The credentials file {path} cannot be read: {error.strerror or type(error).__name__}. "
            "Let the user that runs the module read it",
            option=option,
            value=path,
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            f"The credentials file {path} is not a text file in UTF-8. Save it as UTF-8", option=option, value=path
        ) from None


def _from_file(path: str, profile: str, named: str) -> Credentials:
    # Imported here as most tasks have their credentials from elsewhere.
    import configparser

    text = _text_of_file(path, named)
    # No section is special and nothing is interpolated: a profile named DEFAULT is one like the others.
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    try:
        parser.read_string(text, source=path)
    except configparser.Error as error:
        # The parser's own messages quote the line at fault, which may hold the secret.
        raise InputError(
            f"The credentials file {path} is not a valid INI file: {_ini_problem(error)}. Write a line [{profile}] "
            "and, below it, lines veracode_api_key_id = ... and veracode_api_key_secret = ...",
            option="credentials_file",
            value=path,
        ) from None

    if not parser.has_section(profile):
        sections = [_shown(name) for name in parser.sections()]
        there = ", ".join(repr(name) for name in sections) if sections else "none"
        raise InputError(
            f"The credentials file {path} has no profile {profile!r}{_did_you_mean(profile, sections)}; "
            f"name one that it has: {there}",
            option="profile",
            value=profile,
        )
    values = [parser.get(profile, key, fallback="").strip() for key in _KEYS]
    missing = [key for key, value in zip(_KEYS, values, strict=True) if not value]
    if missing:
        raise InputError(
            f"The profile {profile!r} of the credentials file {path} has no value for {' and '.join(missing)}. "
            "Give both",
            option="profile",
            value=profile,
        )
    return Credentials(values[0], values[1])


def _ini_problem(error: Exception) -> str:
    """Return what an exception of configparser says, without the text of the line."""
    kind = type(error).__name__
    section = _shown(str(getattr(error, "section", "")))
    if kind == "DuplicateSectionError":
        return f"section {section!r} is there twice (line {getattr(error, 'lineno', '?')})"
    if kind == "DuplicateOptionError":
        return f"a key is there twice in section {section!r} (line {getattr(error, 'lineno', '?')})"
    if kind == "MissingSectionHeaderError":
        return f"line {getattr(error, 'lineno', '?')} stands before the first [profile]"
    lines = [str(line) for line, _text in getattr(error, "errors", [])]
    return f"line {', '.join(lines)} is neither a [profile] nor a key = value" if lines else "it cannot be read"


def _shown(section: str) -> str:
    """Return a name from the file, unless a key was written where the name belongs."""
    return re.sub("[0-9A-Fa-f]{32,}", "...", section)


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
        return "has an odd number of hexadecimal digits. Copy it anew: a digit is missing or too many"
    return problem


def _problem(value: str, length: tuple[int, int]) -> str | None:
    """Return what is wrong with the form of an id or a secret, without quoting any of it."""
    if value != value.strip():
        return "begins or ends with white space. Copy it without"
    if value[:1] in "\"'" or value[-1:] in "\"'":
        return "is enclosed in quotation marks. Write it without"
    if "-" in value:
        prefix = value.split("-", 1)[0]
        if value.count("-") > 1 or len(prefix) != _PREFIX_LENGTH or _prefix_region(value) is None:
            return (
                "begins with a prefix that is not one of Veracode's (such as vera01gi-, vera01ei- or vera01fi- for an "
                "id, vera01gs-, vera01es- or vera01fs- for a secret). Copy it anew"
            )
    bare = _bare(value)
    if not re.fullmatch("[0-9A-Fa-f]*", bare):
        return "does not consist of hexadecimal digits (0-9, a-f). Copy it anew"
    shortest, longest = length
    if not shortest <= len(bare) <= longest:
        return f"has {len(bare)} hexadecimal digits instead of {shortest} to {longest}. Copy it anew"
    return None


def _region(option: t.Any, credentials: Credentials) -> str:
    if option is None or option == "auto":
        return credentials.region
    if option not in DOMAINS:
        raise InputError(
            f"region is {option!r}, which does not exist. Choose auto, {', '.join(DOMAINS)}",
            option="region",
            value=option,
        )
    of_prefix = credentials.prefix_region
    if of_prefix and of_prefix != option:
        raise InputError(
            f"region is {option!r}, but the prefix of the API credentials names the {of_prefix} region. Leave region "
            "at auto, or use credentials of that region",
            option="region",
            value=option,
        )
    return str(option)


def _base_url(option: str, value: t.Any, default: str) -> str:
    if not value:
        return default
    text = str(value)
    # What stands before an @ could be a password.
    shown = re.sub(r"//[^/]*@", "//...@", text)
    remedy = "Write https://host or https://host:port, without a path"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{option} is {shown!r}, which is not a URL. {remedy}", option=option, value=shown) from None
    problem = None
    if re.search(r"[\s\x00-\x20\x7f]", text):
        problem = "holds white space"
    elif parts.scheme.lower() != "https":
        problem = "does not begin with https:// (calls are signed for https alone)"
    elif not host:
        problem = "names no host"
    elif parts.username is not None or parts.password is not None:
        problem = "holds a user name or password"
    elif parts.path not in ("", "/") or parts.query or parts.fragment or text.rstrip("/").endswith(("?", "#")):
        problem = "holds more than the host and port"
    elif port == 0:
        problem = "names the port 0"
    if problem:
        raise InputError(f"{option} is {shown!r}, which {problem}. {remedy}", option=option, value=shown)
    return f"https://{parts.netloc.lower()}"


def _ca_path(value: t.Any, home: str) -> str | None:
    if not value:
        return None
    path = _expand(str(value), home)
    if not os.path.exists(path):
        raise InputError(
            f"ca_path is {path!r}, which does not exist where the module runs. Name a PEM file of certificate "
            "authorities, or a folder prepared with 'openssl rehash'",
            option="ca_path",
            value=path,
        )
    return path


def _number(options: Mapping[str, t.Any], name: str, default: float, *, minimum: int, unit: str) -> float:
    value = options.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not minimum <= value < float("inf"):
        raise InputError(f"{name} is {value!r}. Give {unit}, at least {minimum}", option=name, value=value)
    return value


def _expand(path: str, home: str) -> str:
    if path == "~" or path.startswith("~/"):
        return home + path[1:]
    return os.path.expanduser(path)


def _did_you_mean(name: str, candidates: Iterable[str]) -> str:
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.lower(), list(by_lower), n=1)
    return f" (did you mean {by_lower[near[0]]!r}?)" if near else ""
