# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local stand-in for the Veracode Identity REST API and the Admin XML API.

It is written from Veracode's public documentation and from what public clients
send and read; it shares no code with the collection that it is used to test.
"""

from __future__ import annotations
