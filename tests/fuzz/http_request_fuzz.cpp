// Heads and chunked bodies. Whole or in pieces, the parser has to come to the same result; only
// which of several faults is named may differ.
#include "http/request_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded::http;

struct Outcome {
  HeadState state = HeadState::kMore;
  std::string target;
  std::size_t fields = 0;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

// Gives the parser `step` bytes more each time, as a slow peer would.
void read_chunks(
    RequestParser& parser, std::string_view bytes, std::size_t step, Outcome& outcome
) {
  std::string pending;
  while (!bytes.empty()) {
    const std::size_t count = std::min(step, bytes.size());
    pending += bytes.substr(0, count);
    bytes.remove_prefix(count);
    ChunkStep::State state = ChunkStep::State::kData;
    while (state == ChunkStep::State::kData && !pending.empty()) {
      const ChunkStep chunk = parser.parse_chunk(pending);
      if (chunk.consumed > pending.size()) std::abort();
      state = chunk.state;
      outcome.body += chunk.data;
      pending.erase(0, chunk.consumed);
    }
    if (state == ChunkStep::State::kEnd || state == ChunkStep::State::kRefused) return;
  }
}

Outcome parse(std::string_view bytes, std::size_t first) {
  RequestParser parser(
      HeadLimits{.request_line = 256, .field = 512, .fields_size = 2048, .field_count = 16}
  );
  Outcome outcome;
  const std::string piece(bytes.substr(0, first));
  outcome.state = parser.parse_head(piece);
  const bool is_whole = outcome.state != HeadState::kMore;
  if (!is_whole) outcome.state = parser.parse_head(bytes);
  if (outcome.state != HeadState::kReady) return outcome;
  if (parser.head_size() > bytes.size()) std::abort();
  outcome.target = parser.head().target;
  outcome.fields = parser.head().headers.size();
  if (parser.head().is_chunked)
    read_chunks(parser, bytes.substr(parser.head_size()), first % 7 + 1, outcome);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = parse(bytes, bytes.size());
  const Outcome pieces = parse(bytes, data[0] % bytes.size());
  if (whole != pieces) std::abort();
  return 0;
}
