// Options of the messages module: how many may follow events, and how promptly.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace noded::messages {

inline constexpr Option<std::int64_t> kStreams{
    "messages.streams",
    "event streams that may be open at once (about 10 KiB of memory each)",
    10'000,
    1,
    1'000'000
};
inline constexpr Option<std::int64_t> kStreamsOfOne{
    "messages.streams_per_principal",
    "those of one user, API key or, for who is not signed in, address",
    20,
    1,
    10'000
};
inline constexpr Option<std::int64_t> kTopics{
    "messages.topics", "topic filters of one event stream", 32, 1, 1'000
};
inline constexpr Option<std::chrono::milliseconds> kHeartbeat{
    "messages.heartbeat",
    "how long an event stream is silent before it says that it is still there",
    std::chrono::seconds(15),
    std::chrono::seconds(1),
    std::chrono::minutes(5)
};
inline constexpr Option<std::chrono::milliseconds> kDelay{
    "messages.delay",
    "how often the node looks for changes to tell while somebody follows them; with more than a "
    "thousand streams less often, so that telling them does not take the processor",
    std::chrono::milliseconds(20),
    std::chrono::milliseconds(1),
    std::chrono::seconds(1)
};

inline OptionTable messages_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kStreams, &kStreamsOfOne, &kTopics, &kHeartbeat, &kDelay
  };
  return kTable;
}

struct MessageLimits {
  std::size_t streams = 10'000;
  std::size_t streams_of_one = 20;
  std::size_t topics = 32;
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
  std::chrono::milliseconds delay{20};
};

inline MessageLimits message_limits(const Options& options) {
  return {
      .streams = static_cast<std::size_t>(options.get(kStreams)),
      .streams_of_one = static_cast<std::size_t>(options.get(kStreamsOfOne)),
      .topics = static_cast<std::size_t>(options.get(kTopics)),
      .heartbeat = options.get(kHeartbeat),
      .delay = options.get(kDelay)
  };
}

}  // namespace noded::messages
