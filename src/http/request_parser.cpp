#include "http/request_parser.hpp"

#include "codec/ascii.hpp"
#include "http/authority.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace noded::http {
namespace {

namespace beast = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kUsualFields = 8;  // of a head

std::string_view to_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Method to_method(beast::verb verb) {
  switch (verb) {
    case beast::verb::get:
    case beast::verb::head:
      return Method::kGet;
    case beast::verb::post:
      return Method::kPost;
    case beast::verb::put:
      return Method::kPut;
    case beast::verb::patch:
      return Method::kPatch;
    case beast::verb::delete_:
      return Method::kDelete;
    case beast::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

bool same_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, codec::to_lower);
}

// RFC 9110 §5.6.4: a quoted string has no control characters but the tab.
bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// What waits for the rest of its line must not hold the end of one already.
bool has_bare_line_feed(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

// "GET /x HTTP/2.0" and the like: a version, but none of ours.
bool names_other_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  if (line.size() < 9 || std::ranges::count(line, ' ') != 2) return false;
  const std::string_view version = line.substr(line.size() - 9);
  return version.starts_with(" HTTP/") && codec::is_digit(version[6]) && version[7] == '.' &&
         codec::is_digit(version[8]);
}

}  // namespace

// One message in Beast's parser. Trailers are checked by it and then dropped.
class RequestParser::Message final {
 public:
  explicit Message(RequestHead& head) : head_(head) {}

  struct Seen {
    std::size_t hosts = 0;
    std::size_t host_index = 0;
    std::size_t lengths = 0;
    std::size_t codings = 0;
    bool is_only_chunked = true;
    bool expects_other = false;
  };

  error_code parse(std::string_view head) {
    seen_ = {};
    is_header_done_ = is_in_last_chunk_ = false;
    parser_.emplace(*this);
    parser_->header_limit(std::numeric_limits<std::uint32_t>::max());
    parser_->body_limit(boost::none);
    error_code error;
    parser_->put(net::buffer(head), error);
    if (!error && !parser_->is_header_done()) error = beast::error::partial_message;
    if (!error) head_.keep_alive = parser_->keep_alive();
    return error;
  }

  ChunkStep step(std::string_view bytes, std::size_t extension_limit) {
    extension_limit_ = extension_limit;
    ChunkStep step;
    part_ = {};
    // Beast asserts five bytes when it comes back to an incomplete last chunk, and reads no further
    // with fewer; the end of a valid body has them ("0", CR LF, CR LF).
    if (is_in_last_chunk_ && bytes.size() < 5) return step;
    while (step.consumed < bytes.size()) {
      error_code error;
      step.consumed += parser_->put(net::buffer(bytes.substr(step.consumed)), error);
      is_in_last_chunk_ = false;
      if (error == beast::error::need_more) {
        std::string_view rest = bytes.substr(step.consumed);
        if (rest.starts_with("\r\n")) rest.remove_prefix(2);
        is_in_last_chunk_ = rest.starts_with('0');
        return step;
      }
      step.state = ChunkStep::State::kRefused;
      if (error) return step;
      step.state = ChunkStep::State::kEnd;
      if (parser_->is_done()) return step;
      step.state = ChunkStep::State::kData;
      step.data = part_;
      if (!part_.empty()) return step;
      step.state = ChunkStep::State::kMore;
    }
    return step;
  }

  const Seen& seen() const { return seen_; }
  std::optional<std::uint64_t> content_length() const {
    const auto length = parser_->content_length();
    if (!length) return std::nullopt;
    return *length;
  }

 private:
  class Parser final : public beast::basic_parser<true> {
    using string_view = boost::beast::string_view;

   public:
    explicit Parser(Message& message) : message_(message) {}

   private:
    void
    on_request_impl(beast::verb verb, string_view, string_view target, int version, error_code&)
        override {
      RequestHead& head = message_.head_;
      head.method = to_method(verb);
      head.is_head = verb == beast::verb::head;
      head.target = to_view(target);
      head.is_http_1_0 = version == 10;
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(beast::field field, string_view name, string_view value, error_code&)
        override {
      if (!message_.is_header_done_) message_.add_field(field, to_view(name), to_view(value));
    }
    void on_header_impl(error_code&) override { message_.is_header_done_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& error) override {
      // Beast takes all but a quotation mark between two of them.
      if (extensions.size() > message_.extension_limit_ || has_control(to_view(extensions))) {
        error = beast::error::bad_chunk_extension;
      }
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
      message_.part_ = to_view(body);
      return body.size();
    }
    void on_finish_impl(error_code&) override {}

    Message& message_;
  };

  void add_field(beast::field field, std::string_view name, std::string_view value) {
    if (head_.headers.empty()) head_.headers.reserve(kUsualFields);
    switch (field) {
      case beast::field::host:
        ++seen_.hosts;
        seen_.host_index = head_.headers.size();
        break;
      case beast::field::content_length:
        ++seen_.lengths;
        if (value.find(',') != std::string_view::npos) ++seen_.lengths;
        break;
      case beast::field::transfer_encoding:
        ++seen_.codings;
        seen_.is_only_chunked = same_ignoring_case(value, "chunked");
        break;
      case beast::field::expect:
        head_.expects_continue = same_ignoring_case(value, "100-continue");
        seen_.expects_other |= !head_.expects_continue;
        break;
      default:
        break;
    }
    head_.headers.push_back({name, value});
  }

  RequestHead& head_;
  std::optional<Parser> parser_;
  Seen seen_;
  std::string_view part_;
  std::size_t extension_limit_ = 0;
  bool is_header_done_ = false;
  bool is_in_last_chunk_ = false;  // or in one whose size begins with a zero
};

RequestParser::RequestParser(const HeadLimits& limits)
    : limits_(limits), message_(std::make_unique<Message>(head_)) {}
RequestParser::~RequestParser() = default;

void RequestParser::begin_next() {
  begin_ = line_begin_ = scanned_ = fields_begin_ = lines_ = head_size_ = 0;
  partial_line_ = false;
}

HeadState RequestParser::refuse(int status, std::string_view reason) {
  refusal_ = {status, reason};
  return HeadState::kRefused;
}

// Is the line that ends (or for now stops) at `end` within the limits?
bool RequestParser::check_size(std::size_t line, std::size_t end) {
  if (lines_ == 0) {
    if (line > limits_.request_line) refuse(414, "the request line is too long");
    return line <= limits_.request_line;
  }
  const bool fits = line <= limits_.field && end - fields_begin_ <= limits_.fields_size &&
                    lines_ <= limits_.field_count;
  if (!fits) refuse(431, "the header fields are too large");
  return fits;
}

// `end` is the offset of the line's LF.
bool RequestParser::check_line(std::string_view bytes, std::size_t end) {
  if (end == line_begin_ || bytes[end - 1] != '\r') {
    refuse(400, "a line ends without CR LF");
    return false;
  }
  const char first = bytes[line_begin_];
  if (first == ' ' || first == '\t') {
    refuse(400, "a line begins with white space");
    return false;
  }
  return true;
}

HeadState RequestParser::parse_head(std::string_view bytes) {
  for (;;) {
    const void* found = scanned_ == bytes.size()
                            ? nullptr
                            : std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) {
      scanned_ = bytes.size();
      partial_line_ = scanned_ > line_begin_;
      if (partial_line_ && !check_size(scanned_ - line_begin_, scanned_))
        return HeadState::kRefused;
      return HeadState::kMore;
    }
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (!check_line(bytes, end)) return HeadState::kRefused;
    const std::size_t length = end - 1 - line_begin_;
    const bool is_end = length == 0 && lines_ > 0;
    if (!is_end && !check_size(length, end)) return HeadState::kRefused;
    line_begin_ = scanned_ = end + 1;
    if (is_end) {
      head_size_ = scanned_;
      return parse_whole(bytes.substr(begin_, scanned_ - begin_));
    }
    if (length == 0) {  // RFC 9112 §2.2: one empty line before the request line is ignored
      if (begin_ != 0) return refuse(400, "there is no request line");
      begin_ = scanned_;
      continue;
    }
    if (++lines_ == 1) fields_begin_ = scanned_;
  }
}

HeadState RequestParser::parse_whole(std::string_view head) {
  head_.headers.clear();
  head_.content_length.reset();
  head_.is_chunked = head_.expects_continue = false;
  const error_code error = message_->parse(head);
  if (error == beast::error::bad_version && names_other_version(head)) {
    return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  if (error) return refuse(400, "the request is malformed");
  return check_head() && check_target() ? HeadState::kReady : HeadState::kRefused;
}

bool RequestParser::check_head() {
  const Message::Seen& seen = message_->seen();
  const auto require = [this](bool holds, std::string_view otherwise) {
    if (!holds) refuse(400, otherwise);
    return holds;
  };
  if (seen.expects_other) {
    refuse(417, "only 100-continue can be expected");
    return false;
  }
  if (!require(seen.hosts <= 1, "more than one Host field") ||
      !require(seen.hosts == 1 || head_.is_http_1_0, "there is no Host field") ||
      !require(seen.lengths <= 1, "more than one Content-Length") ||
      !require(seen.codings <= 1, "more than one Transfer-Encoding")) {
    return false;
  }
  if (seen.hosts == 1 &&
      !require(is_authority(head_.headers[seen.host_index].value), "the Host field is invalid")) {
    return false;
  }
  if (seen.codings == 1) {
    if (!require(seen.lengths == 0, "Content-Length and Transfer-Encoding together") ||
        !require(seen.is_only_chunked, "a transfer coding other than chunked") ||
        !require(!head_.is_http_1_0, "Transfer-Encoding in HTTP/1.0")) {
      return false;
    }
    head_.is_chunked = true;
  }
  head_.content_length = message_->content_length();
  head_.expects_continue = head_.expects_continue && !head_.is_http_1_0;
  return true;
}

bool RequestParser::check_target() {
  std::string_view& target = head_.target;
  const auto refuse_target = [this] {
    refuse(400, "the request target is invalid");
    return false;
  };
  if (target.find('#') != std::string_view::npos) return refuse_target();
  if (target == "*") {
    if (head_.method != Method::kOptions) return refuse_target();
  } else if (!target.starts_with('/')) {  // RFC 9112 §3.2.2: the absolute form decides the Host
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return refuse_target();
    const std::string_view name = target.substr(0, scheme);
    if (!same_ignoring_case(name, "http") && !same_ignoring_case(name, "https"))
      return refuse_target();
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    if (!is_authority(authority)) return refuse_target();
    const auto& seen = message_->seen();
    if (seen.hosts == 1) head_.headers[seen.host_index].value = authority;
    target.remove_prefix(end);
    if (target.empty()) target = "/";
    if (target.front() == '?') return refuse_target();  // a query of a path that is not there
  }
  const std::size_t question = target.find('?');
  head_.path = target.substr(0, question);
  head_.query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  return true;
}

ChunkStep RequestParser::parse_chunk(std::string_view bytes) {
  ChunkStep step = message_->step(bytes, limits_.chunk_extension);
  if (step.state == ChunkStep::State::kMore && has_bare_line_feed(bytes.substr(step.consumed))) {
    step.state = ChunkStep::State::kRefused;
  }
  return step;
}

}  // namespace noded::http
