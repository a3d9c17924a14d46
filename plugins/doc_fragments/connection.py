# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection to Veracode: keep in sync with `module_utils/_argspec.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Options that every module of the collection has."""

    DOCUMENTATION = r"""
options:
  api_key_id:
    description:
      - API ID of the calling account, which needs the Admin API role (API user) or the Administrator role (user).
      - See the notes for other sources of credentials.
    type: str
  api_key_secret:
    description:
      - API secret key that belongs to O(api_key_id). Keep it in a vault, a controller credential or the credentials file.
    type: str
  credentials_file:
    description:
      - File with the API credentials, in Veracode's INI format or in the YAML format of C(veracode configure).
      - Defaults to E(VERACODE_CREDENTIALS_FILE), then C(~/.veracode/credentials), then C(~/.veracode/veracode.yml).
      - A warning is shown if other users can read the file.
    type: path
  profile:
    description:
      - Section of the INI file. The YAML file counts as the profile V(default).
      - Defaults to E(VERACODE_API_PROFILE), then V(default).
    type: str
  region:
    description:
      - Veracode region of the organization, V(commercial) (C(veracode.com)), V(european) (C(veracode.eu)) or V(federal) (C(veracode.us)).
      - V(auto) takes it from the prefix of the credentials, without a prefix V(commercial). The prefix must not contradict it.
      - The environment variable is E(VERACODE_REGION).
    type: str
    choices: [auto, commercial, european, federal]
    default: auto
  api_url:
    description:
      - Base URL of the REST APIs, without a path. Defaults to E(VERACODE_API_URL) or the O(region).
    type: str
  xml_api_url:
    description:
      - Base URL of the XML APIs, without a path. Defaults to E(VERACODE_XML_API_URL) or the O(region).
    type: str
  validate_certs:
    description:
      - Whether to verify the server's TLS certificate.
      - The environment variable is E(VERACODE_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - PEM file or folder with the certificate authorities to trust, for example of a proxy.
      - Defaults to E(VERACODE_CA_PATH).
    type: path
  timeout:
    description:
      - Seconds to wait for an answer. Creating an account can take a minute. The environment variable is E(VERACODE_TIMEOUT).
    type: int
    default: 120
  max_retries:
    description:
      - How often to retry a call after a transient failure. Calls that are unsafe to repeat are not.
    type: int
    default: 5
  rate_limit:
    description:
      - Maximum number of calls in 60 seconds, shared by all tasks of a user on a machine. Veracode allows 500 (REST) and 250 (XML).
      - Defaults to E(VERACODE_RATE_LIMIT), then to 400 for REST and 200 for XML.
    type: int
requirements:
  - requests >= 2.28
  - veracode-api-signing >= 24.11.0
  - PySocks >= 1.7.1 (for SOCKS proxies)
notes:
  - Veracode calls the account of a person a UI user and an API service account an API user. Here they are called user and API user.
  - Credentials are taken from the first of these that is set. O(api_key_id) with O(api_key_secret); O(profile) or O(credentials_file)
    given as an option; the environment variables E(VERACODE_API_KEY_ID) with E(VERACODE_API_KEY_SECRET); the default credentials file.
  - Half a pair of credentials is an error. Empty environment variables count as unset. The environment is read where the task runs.
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(ALL_PROXY) and E(NO_PROXY). SOCKS proxies work.
  - Redirects are not followed.
"""
