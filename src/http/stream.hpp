// Stream: one accepted byte stream, whatever carries it. Owned by a connection, used on its loop
// only.
#pragma once

#include "noded/task.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace noded::http {

using IoResult = std::tuple<boost::system::error_code, std::size_t>;

enum class PeerState : std::uint8_t {
  kThere,
  kSilent,  // it sends no more: it has closed the connection, or its own side of it
  kGone,    // it cannot be reached
};

// Asks the system and does not wait. Bytes that have arrived and were not read do not matter.
PeerState state_of_peer(int socket) noexcept;

class Stream {
 public:
  virtual ~Stream() = default;
  // Waits for at least one byte; net::error::eof at the peer's end.
  virtual Task<IoResult> read_some(net::mutable_buffer buffer) = 0;
  // Waits until at least one byte was taken.
  virtual Task<IoResult> write_some(net::const_buffer buffer) = 0;
  // Hands over what can be taken without waiting, `first` before `second`; returns the bytes taken.
  // An error other than "not now" shows up in the next write_some.
  virtual std::size_t try_write(std::string_view first, std::string_view second) noexcept = 0;
  virtual PeerState peer_state() noexcept = 0;
  // Ends the pending read_some and write_some with net::error::operation_aborted.
  virtual void interrupt() noexcept = 0;
  virtual void shutdown_write() noexcept = 0;
  virtual void close() noexcept = 0;
};

}  // namespace noded::http
