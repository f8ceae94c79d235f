"""Audit: would a strategy have decided the same, had it known nothing but the past?"""
