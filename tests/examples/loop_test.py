#!/usr/bin/python3
"""Runs a reference loop's example against a server: it must go on by the other way.

  loop_test.py SERVER PROGRAM [ARG]...
"""
import subprocess
import sys
import unittest

from servers import start_server

SERVER, *PROGRAM = sys.argv[1:]


class LoopTest(unittest.TestCase):

    def test_the_alternative_is_taken(self):
        address = start_server(self, SERVER)
        told = subprocess.run([*PROGRAM, address], stdout=subprocess.PIPE, text=True, timeout=120,
                              check=True).stdout.splitlines()
        self.assertEqual(told[0], "trying search/eu")
        self.assertEqual(told[-2], "trying search/us")
        self.assertIn("found by search/us", told[-1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
