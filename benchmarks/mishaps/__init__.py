"""What befalls a library from outside: kills, full disks, damaged files. `python -m benchmarks.mishaps` tries them."""
