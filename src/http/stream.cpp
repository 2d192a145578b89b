#include "http/stream.hpp"

#include <poll.h>

namespace noded::http {

PeerState state_of_peer(int socket) noexcept {
  pollfd looked{.fd = socket, .events = POLLRDHUP, .revents = 0};
  if (::poll(&looked, 1, 0) != 1) return PeerState::kThere;
  if ((looked.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return PeerState::kGone;
  return (looked.revents & POLLRDHUP) != 0 ? PeerState::kSilent : PeerState::kThere;
}

}  // namespace noded::http
