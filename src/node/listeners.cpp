#include "node/listeners.hpp"

#include "node/listen_address.hpp"
#include "node/node_options.hpp"
#include "telemetry/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace noded::node {
namespace {

// The sockets that an address stands for: one, or all that were passed under a name.
Result<std::vector<http::Listen>> sockets_of(
    const ListenAddress& address, std::span<const runtime::PassedSocket> sockets
) {
  if (address.passed_socket.empty()) return std::vector{address.listen};
  std::vector<http::Listen> out;
  std::string known;
  for (const runtime::PassedSocket& socket : sockets) {
    known += (known.empty() ? "" : ", ") + socket.name;
    if (socket.name != address.passed_socket) continue;
    http::Listen listen;
    listen.inherited = socket.descriptor;
    out.push_back(std::move(listen));
  }
  if (!out.empty()) return out;
  return fail(
      Errc::kInvalid,
      fmt::format(
          "no socket with the name {} was passed; passed were: {}",
          address.passed_socket,
          known.empty() ? "none" : known
      )
  );
}

}  // namespace

std::vector<std::string> listen_texts(
    const config::Configuration& options, std::span<const runtime::PassedSocket> sockets
) {
  std::vector<std::string> texts = options.get(kListen);
  if (sockets.empty() || options.origin(kListen.name) != "default") return texts;
  texts.clear();
  for (const runtime::PassedSocket& socket : sockets) {
    std::string text = "fd:" + socket.name;
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<std::string>> listen_on(
    http::Server& server,
    const std::vector<std::string>& texts,
    std::span<const runtime::PassedSocket> sockets,
    const std::shared_ptr<const http::TlsFiles>& tls
) {
  std::vector<std::string> urls;
  for (const std::string& text : texts) {
    const auto address = parse_listen_address(text);
    if (!address) return std::unexpected(address.error());
    if (address->over_tls && tls == nullptr) {
      return fail(
          Errc::kInvalid, fmt::format("{} needs tls.certificates and tls.keys to name files", text)
      );
    }
    auto listens = sockets_of(*address, sockets);
    if (!listens) return std::unexpected(std::move(listens.error()));
    for (http::Listen& listen : *listens) {
      if (address->over_tls) listen.tls = tls;
      const auto bound = server.listen(listen);
      if (!bound) {
        return fail(
            bound.error().code, fmt::format("cannot listen on {}: {}", text, bound.error().message)
        );
      }
      urls.push_back((address->over_tls ? "https://" : "http://") + *bound);
      telemetry::log(
          telemetry::Level::kInfo, "listening", telemetry::Fields().text("url", urls.back())
      );
    }
  }
  return urls;
}

}  // namespace noded::node
