"""The first hour: who asked, through which door, by when we answer."""
