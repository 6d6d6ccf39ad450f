"""A small file with a group of inspections, in two parts."""

from __future__ import annotations

TOP = """\
servanda: 1   # the format
title:   "Watched"
start: 2026-01-01
horizon: 10 years
unit: one
sources: {desk: {kind: judgement, title: Own}}
parties: {north: {name: North, discount: 0.1, precision: 1}}
stakes:
    arms:  { holder: north, worth: {north: 2}, restore: 2 years, concealable: true }
"""


REST = """\
plans:
  p: {entries: [{id: a, date: 2026-04-01, by: north, gives: [arms]}]}   # all at once

# Where to look.
# Numbers are invented.
inspections:
  budget: 10
  unit: days
  period: 1 year
  measure: teams
  sites: {plant: {holds: [arms], detection: {scale: 10}}}
# the end
"""
