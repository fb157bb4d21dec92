"""The wheel in; what it does on an emulated Raspberry Pi, and what that takes there, out.

Its results are right or wrong as on the board; its times say nothing of one. What can be counted
instead are the instructions that it executes and the memory that it takes.
"""
