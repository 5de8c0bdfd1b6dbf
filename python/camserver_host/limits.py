"""How much memory a script may take."""
import resource


def limit_memory(megabytes):
    """Beyond what the process has now; Python then raises MemoryError where the script asks for more."""
    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:"))
    limit = used + int(megabytes * 1024 * 1024)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
