#include "shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "border.h"

namespace camserver {
namespace {

void unmap(napi_env, void *data, void *size) { munmap(data, reinterpret_cast<size_t>(size)); }

// mapShared(fd: number, bytes: number): ArrayBuffer over the first bytes of an open file, readable and writable, with disk space for them. `detach` or
// the garbage collector gives the mapping back; the file may be closed before.
napi_value map_shared(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    size_t fd = 0;
    size_t size = 0;
    if (count < 2 || !get_size(env, arguments[0], &fd) || !get_size(env, arguments[1], &size) || size == 0) {
        return throw_type_error(env, "mapShared: expected a file descriptor and a size above 0");
    }
    // Without it a full file system would be a bus error on the first write to a page.
    const int error = posix_fallocate(static_cast<int>(fd), 0, static_cast<off_t>(size));
    if (error != 0) {
        napi_throw_error(env, nullptr, std::strerror(error));
        return nullptr;
    }
    void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
    if (data == MAP_FAILED) {
        napi_throw_error(env, nullptr, std::strerror(errno));
        return nullptr;
    }
    napi_value buffer;
    if (napi_create_external_arraybuffer(env, data, size, unmap, reinterpret_cast<void *>(size), &buffer) != napi_ok) {
        munmap(data, size);
        napi_throw_error(env, nullptr, "mapShared: the memory cannot be given to JavaScript");
        return nullptr;
    }
    return buffer;
}

}  // namespace

void define_shared_memory(napi_env env, napi_value exports) {
    const napi_property_descriptor functions[] = {
        {"mapShared", nullptr, map_shared, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
    };
    napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
}

}  // namespace camserver
