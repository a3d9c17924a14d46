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
      - The API ID of the calling account. It is not a secret.
      - Credentials come from the first of the O(api_key_id) and O(api_key_secret) options, a O(profile) or O(credentials_file)
        given as an option, the environment variables E(VERACODE_API_KEY_ID) and E(VERACODE_API_KEY_SECRET), and the file.
      - Half a pair is an error. An empty environment variable counts as unset.
      - The environment is read where the task runs.
      - The account needs the Admin API role (API user) or the Administrator role (user).
    type: str
  api_key_secret:
    description:
      - The API secret key that belongs to O(api_key_id).
      - Keep it in a vault, an automation controller credential, or the credentials file, not in a playbook.
    type: str
  credentials_file:
    description:
      - A file with the API credentials, in Veracode's INI format or in the YAML format of C(veracode configure).
      - If neither this option nor the environment variable E(VERACODE_CREDENTIALS_FILE) is set, it is C(~/.veracode/credentials),
        else C(~/.veracode/veracode.yml).
      - A file that other users can read is used with a warning.
    type: path
  profile:
    description:
      - The section of the INI file. The YAML file is the profile V(default).
      - If neither this option nor the environment variable E(VERACODE_API_PROFILE) is set, it is V(default).
    type: str
  region:
    description:
      - The Veracode region of the organization. It must not contradict the prefix of the credentials.
      - If not set, the value of the environment variable E(VERACODE_REGION) is used.
      - With V(auto), the prefix of the credentials decides. Without a prefix it is V(commercial).
      - The hosts of V(commercial) are below C(veracode.com).
      - The hosts of V(european) are below C(veracode.eu).
      - The hosts of V(federal) are below C(veracode.us).
    type: str
    choices: [auto, commercial, european, federal]
    default: auto
  api_url:
    description:
      - Base URL of the REST APIs, for example of a gateway, as C(https://host) or C(https://host:port) without a path.
      - If neither this option nor the environment variable E(VERACODE_API_URL) is set, O(region) decides.
    type: str
  xml_api_url:
    description:
      - Base URL of the XML APIs, as C(https://host) or C(https://host:port) without a path.
      - If neither this option nor the environment variable E(VERACODE_XML_API_URL) is set, O(region) decides.
    type: str
  validate_certs:
    description:
      - Whether to verify the server's TLS certificate. Without it, anyone on the network can read and change the calls.
      - If not set, the value of the environment variable E(VERACODE_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A PEM file or a folder with the certificate authorities to trust, for a gateway or a proxy that inspects TLS.
      - If not set, the value of the environment variable E(VERACODE_CA_PATH) is used.
    type: path
  timeout:
    description:
      - Seconds to wait for an answer. Veracode says that creating an account can take a minute.
      - If not set, the value of the environment variable E(VERACODE_TIMEOUT) is used.
    type: int
    default: 120
  max_retries:
    description:
      - How often to retry a call that failed, where that is safe.
      - A creation whose answer was lost is looked up and not sent again.
    type: int
    default: 5
  rate_limit:
    description:
      - The most calls in any 60 seconds. Veracode allows 500 to its REST APIs and 250 to its XML APIs for each IP address.
      - If neither this option nor the environment variable E(VERACODE_RATE_LIMIT) is set, it is 400 for REST and 200 for XML.
      - All tasks and plays of a user on a machine share the limit, in the user's cache directory. Where that is not writable, each
        process counts its own calls.
    type: int
requirements:
  - requests >= 2.28
  - veracode-api-signing >= 24.11.0
  - PySocks >= 1.7.1 (for SOCKS proxies)
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(ALL_PROXY), and E(NO_PROXY). SOCKS proxies work.
  - Redirects are not followed.
"""
