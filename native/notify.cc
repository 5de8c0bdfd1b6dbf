// sendDatagram(path: string, text: string): one datagram to a Unix socket, which Node itself cannot send. A path that begins with
// '@' is an abstract one. Never blocks; throws when the datagram cannot be delivered.
#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "border.h"

namespace camserver {
namespace {

bool get_text(napi_env env, napi_value value, std::string *text) {
    size_t length = 0;
    if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
    text->resize(length + 1);
    napi_get_value_string_utf8(env, value, text->data(), length + 1, &length);
    text->resize(length);
    return true;
}

napi_value fail(napi_env env, const std::string &path) {
    const std::string text = "sendDatagram: " + path + ": " + std::strerror(errno);
    napi_throw_error(env, nullptr, text.c_str());
    return nullptr;
}

napi_value send_datagram(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value arguments[2];
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    std::string path, text;
    if (count < 2 || !get_text(env, arguments[0], &path) || !get_text(env, arguments[1], &text)) {
        return throw_type_error(env, "sendDatagram: expected a path and a text");
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return throw_type_error(env, "sendDatagram: the path of a socket has 1 to 107 bytes");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';
    const int socket_id = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_id < 0) return fail(env, path);
    const socklen_t length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const ssize_t sent = sendto(socket_id, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr *>(&address), length);
    const int error = errno;
    close(socket_id);
    errno = error;
    return sent < 0 ? fail(env, path) : nullptr;
}

}  // namespace

void define_notify(napi_env env, napi_value exports) {
    napi_value function;
    napi_create_function(env, "sendDatagram", NAPI_AUTO_LENGTH, send_datagram, nullptr, &function);
    napi_set_named_property(env, exports, "sendDatagram", function);
}

}  // namespace camserver
