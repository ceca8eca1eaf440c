"""definitions: services by name from a file that is read when a name is asked for, and then only."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

from forker import ForkerTest

# What the file must not be, and what the complaint says; {file} is its path.
WRONG = {
    "another setting": ('jail = "/srv";', "{file}:1: jail: this file has definitions in services "
                        "alone: write services = "),
    "a name alone": ('services = ( "dns", { name = "shop"; } );',
                     "{file}:1: services: this file has definitions in services alone"),
    "no list of names": ('services = ( { name = "shop"; services = "dns"; } );',
                         "{file}:1: services: services is no list"),
    "a name that is built in": ('services = ( { name = "shop"; },\n             { name = "dns"; } );',
                                "{file}:2: services: dns is built in, and this file has only what is not: "
                                "give it another name"),
    "a path that is none": ('services = (\n{ name = "shop"; expose = [ "none" ]; } );',
                            '{file}:2: services: shop: "none" must be an absolute path'),
    "what is required, and not there": (
        'services = (\n\n{ name = "shop"; expose = [ "/none,required" ]; } );',
        "{file}:3: services: shop: /none is required, and is not there"),
    "no library": ('services = (\n{ name = "shop"; libraries = [ "libnone.so" ]; } );',
                   "{file}:2: services: shop: .*libnone.so"),
    "no syntax": ("services = )", "{file}:1: syntax error"),
}


class TestDefinitions(ForkerTest):
    """A shop that needs what a base has, and a name look-up."""

    @pytest.fixture(autouse=True)
    def write_definitions(self, write_file):
        self.texts = {name: self.tree.write(f"more/{name}", f"for {name}\n")
                      for name in ("shop", "base", "unused")}
        self.definitions = self.tree.write("services.conf", f"""\
services = ( {{ name = "shop"; services = [ "base", "dns" ]; expose = [ "{self.texts["shop"]}" ]; }},
             {{ name = "base"; services = [ "shop" ]; expose = [ "{self.texts["base"]}" ]; }},
             {{ name = "unused"; expose = [ "{self.texts["unused"]}", "/none" ]; }} );
""")

    def test_a_name_brings_what_it_includes(self):
        server = self.server(services="shop", definitions=self.definitions)
        for name in ("shop", "base"):
            assert server.fork(self.texts[name]) == f"for {name}\n"
            assert server.lines(f"brings {self.texts[name]}$") == [
                f"info: {name} brings {self.texts[name]}"]
        assert len(server.lines("dns brings /etc/hosts$")) == 1
        assert server.lines("unused|none") == []
        assert not os.path.exists(self.tree.jail + self.texts["unused"])

    def test_the_configuration_file_comes_first(self):
        conf = self.tree.write("shim.conf", f"""\
definitions = "{self.definitions}";
services = ( {{ name = "base"; expose = [ "{self.texts["unused"]}" ]; }}, "shop" );
""")
        server = self.server(config=conf)
        assert server.fork(self.texts["shop"]) == "for shop\n"
        assert server.fork(self.texts["unused"]) == "for unused\n"
        assert server.fork(self.texts["base"]) is None

    def test_it_is_read_for_an_unknown_name_only(self):
        os.chmod(self.definitions, 0o666)
        self.server(services="dns", definitions=self.definitions)
        self.refused(f"{self.definitions} is writable by its group or others", services="dns:shop",
                     definitions=self.definitions)

    def test_who_else_can_change_it(self):
        os.chown(self.tree.write("others/services.conf", 'services = ( { name = "shop"; } );\n'),
                 0, 0)
        os.chown(f"{self.tree.path}/others", 4711, 4711)
        self.refused(f"{self.tree.path}/others.* belongs to ", services="shop",
                     definitions=f"{self.tree.path}/others/services.conf")
        link = f"{self.tree.path}/link.conf"
        os.symlink(self.definitions, link)
        self.refused(f"{link} is a symbolic link: name the file itself by CHROOTSHIM_DEFINITIONS",
                     services="shop", definitions=link)

    def test_an_unknown_name(self):
        self.refused('CHROOTSHIM_SERVICES: "shopp" is none: there are files, dns, .* and system, and '
                     f"what the configuration file defines; in {self.definitions} there are unused, "
                     "base and shop", services="shopp", definitions=self.definitions)

    def test_a_file_that_is_not_there(self):
        self.server(services="dns", definitions="/none/services.conf")
        self.refused("/none/services.conf: No such file or directory: name a readable file by "
                     "CHROOTSHIM_DEFINITIONS, or unset it", services="shop",
                     definitions="/none/services.conf")

    def test_a_file_that_the_configuration_file_names(self):
        """Then that is what the complaint is about, and where it is mended."""
        for name, reason in (("/none", "/none: No such file or directory: name a readable file"),
                             ("/etc", "/etc is not a regular file of at most 1048576 bytes: name another")):
            conf = self.tree.write("shim.conf", f'services = [ "shop" ];\ndefinitions = "{name}";\n')
            self.refused(f"shim.conf:2: definitions: {reason} by the key definitions", config=conf)

    def test_a_definition_of_the_configuration_file_is_blamed_where_it_stands(self):
        conf = self.tree.write("shim.conf", 'services = ( "dns",\n{ name = "own"; },\n'
                               '{ name = "other"; expose = [ "none" ]; } );\n')
        self.refused(f'{conf}:3: services: other: "none" must be an absolute path', config=conf)

    def test_what_the_file_has_is_blamed_there(self):
        """Although another file asks for it."""
        self.tree.write("services.conf", 'services = (\n{ name = "shop"; expose = [ "none" ]; } );\n')
        conf = self.tree.write("shim.conf", f'definitions = "{self.definitions}";\n\n\n'
                               'services = [ "shop" ];\n')
        self.refused(f'{self.definitions}:2: services: shop: "none" must be an absolute path',
                     config=conf)

    @pytest.mark.parametrize("text, pattern", WRONG.values(), ids=WRONG)
    def test_wrong_definitions(self, text, pattern):
        self.tree.write("services.conf", f"{text}\n")
        self.refused(pattern.replace("{file}", self.definitions), services="shop",
                     definitions=self.definitions)


class TestDefinitionsInANamespace(TestDefinitions):
    isolation = "namespace"
