"""The forms of a test case: one server for all of its methods, and one run under each MPM."""
import unittest

import processes
from apache import MPMS, Apache
from processes import wait_until


class ServerTest(unittest.TestCase):
    """A test case with one server for all of its methods, described by class attributes."""

    mpm = "event"
    extra = ""
    modules = ()
    settings = {}
    shim = True

    @classmethod
    def prepare(cls):
        """Put into the tree what the server needs at its start."""

    @classmethod
    def setUpClass(cls):
        processes.become_reaper()
        cls.apache = Apache(cls.mpm, shim=cls.shim, settings=cls.settings)
        cls.addClassCleanup(cls.apache.close)
        cls.prepare()
        cls.apache.configure(cls.extra, cls.modules)
        cls.apache.start()

    def assert_jailed(self):
        """The master is outside, every worker inside, with the worker's uid."""
        apache = self.apache
        self.assertEqual(processes.root(apache.master()), "/")
        self.assertGreaterEqual(len(apache.workers()), 2)
        if apache.user:
            # Nothing tells that a worker of the same user is on its way, so it gets the time.
            wait_until(lambda: {processes.root(pid) for pid in apache.workers()} == {apache.jail},
                       "workers that are all inside")
        for pid in apache.workers():
            self.assertEqual(processes.root(pid), apache.jail)


def for_each_mpm(case):
    """Class decorator: run the test case once under each MPM, as NameOfTheCase_mpm."""
    def load(loader):
        suite = unittest.TestSuite()
        for mpm in MPMS:
            variant = type(f"{case.__name__}_{mpm}", (case,),
                           {"mpm": mpm, "__module__": case.__module__})
            suite.addTests(loader.loadTestsFromTestCase(variant))
        return suite

    case.load_variants = staticmethod(load)
    return case


def load_tests_of(module):
    """What a test module gives as load_tests: its test cases, some of them for each MPM."""
    def load_tests(loader, _standard, _pattern):
        suite = unittest.TestSuite()
        for case in vars(module).values():
            if not (isinstance(case, type) and issubclass(case, unittest.TestCase)
                    and case.__module__ == module.__name__):
                continue
            if "load_variants" in vars(case):
                suite.addTests(case.load_variants(loader))
            else:
                suite.addTests(loader.loadTestsFromTestCase(case))
        return suite
    return load_tests
