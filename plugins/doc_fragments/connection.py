# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection to Veracode: keep in sync with C(module_utils/_arguments.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that every module of the collection has."""

    DOCUMENTATION = r"""
options:
  api_key_id:
    description:
      - The API ID of the account that makes the calls. It is not a secret.
      - Credentials come from the first of these that is there. The O(api_key_id) and O(api_key_secret) options; the file, if
        O(profile) or O(credentials_file) is given as an option; the environment variables E(VERACODE_API_KEY_ID) and
        E(VERACODE_API_KEY_SECRET); the file.
      - Half a pair is an error, it does not fall through to the next source. An empty environment variable counts as unset,
        here and for all other options.
      - The environment is read where the module runs.
      - The account needs the Admin API role (API service account) or the Administrator role (person).
    type: str
  api_key_secret:
    description:
      - The API secret key that belongs to O(api_key_id). See there for where credentials come from.
      - Better kept in a vault, an automation controller credential, or the credentials file than in a playbook.
    type: str
  credentials_file:
    description:
      - An INI file in Veracode's format, with C(veracode_api_key_id) and C(veracode_api_key_secret) in a section for each profile.
      - If neither this option nor the environment variable E(VERACODE_CREDENTIALS_FILE) is set, the file is
        C(~/.veracode/credentials).
    type: path
  profile:
    description:
      - The section of the credentials file.
      - If neither this option nor the environment variable E(VERACODE_API_PROFILE) is set, the section is C(default).
    type: str
  region:
    description:
      - The Veracode region of the organization.
      - Credentials without a prefix belong to the commercial region.
      - A region that contradicts the prefix of the credentials is an error.
      - If not set, the value of the environment variable E(VERACODE_REGION) is used.
      - With V(auto), it follows from the prefix of the credentials.
      - V(commercial) has its hosts below C(veracode.com).
      - V(european) has its hosts below C(veracode.eu).
      - V(federal) has its hosts below C(veracode.us).
    type: str
    choices: [auto, commercial, european, federal]
    default: auto
  api_url:
    description:
      - Base URL of the REST APIs, for example of a gateway, as C(https://host) or C(https://host:port) without a path.
      - If neither this option nor the environment variable E(VERACODE_API_URL) is set, it follows from O(region).
    type: str
  xml_api_url:
    description:
      - Base URL of the XML APIs, as C(https://host) or C(https://host:port) without a path.
      - If neither this option nor the environment variable E(VERACODE_XML_API_URL) is set, it follows from O(region).
    type: str
  validate_certs:
    description:
      - Whether the server's TLS certificate is verified. Turning this off lets anyone on the way read and change everything.
      - If not set, the value of the environment variable E(VERACODE_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the authorities that are trusted, for a gateway or a proxy that inspects TLS.
      - If not set, the value of the environment variable E(VERACODE_CA_PATH) is used.
    type: path
  timeout:
    description:
      - Seconds to wait for an answer. Veracode says that the creation of an account can take a minute.
      - If not set, the value of the environment variable E(VERACODE_TIMEOUT) is used.
    type: int
    default: 120
  max_retries:
    description:
      - How often a call is repeated that failed in passing, if repeating it is safe.
      - The creation of an account whose answer was lost is looked up before anything is sent again.
    type: int
    default: 5
  rate_limit:
    description:
      - The most calls that are made in any 60 seconds. Veracode allows 500 calls to its REST APIs and 250 to its XML APIs for each
        IP address.
      - If neither this option nor the environment variable E(VERACODE_RATE_LIMIT) is set, it is 400 for the REST APIs and 200
        for the XML APIs.
      - Calls are counted by host in the cache directory of the user, so that all tasks and plays of the user on this machine share
        the limit. Where that directory cannot be written, each process counts its own.
    type: int
requirements:
  - requests >= 2.28
  - veracode-api-signing >= 24.11.0
notes:
  - Proxies are taken from the usual environment variables, for example E(HTTPS_PROXY) and E(NO_PROXY).
"""
