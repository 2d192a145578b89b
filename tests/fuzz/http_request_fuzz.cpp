// Heads and chunked bodies. Whole or in two pieces, the parser has to come to the same result.
#include "http/request_parser.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded::http;

struct Outcome {
  HeadState state = HeadState::kMore;
  int status = 0;
  std::string target;
  std::size_t fields = 0;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

void read_chunks(RequestParser& parser, std::string_view bytes, Outcome& outcome) {
  while (!bytes.empty()) {
    const ChunkStep step = parser.parse_chunk(bytes);
    if (step.consumed > bytes.size()) std::abort();
    outcome.body += step.data;
    if (step.state != ChunkStep::State::kData) return;
    bytes.remove_prefix(step.consumed);
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
  if (outcome.state == HeadState::kRefused) outcome.status = parser.refusal().status;
  if (outcome.state != HeadState::kReady) return outcome;
  if (parser.head_size() > bytes.size()) std::abort();
  outcome.target = parser.head().target;
  outcome.fields = parser.head().headers.size();
  if (parser.head().is_chunked) read_chunks(parser, bytes.substr(parser.head_size()), outcome);
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
