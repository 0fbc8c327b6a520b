import Glibc

/// A moment between two looks.
func moment() { usleep(1000) }
