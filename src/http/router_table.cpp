#include "http/router_table.hpp"

#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace noded::http {
namespace {

enum class SegmentKind : char { kLiteral = 'a', kParameter = 'b', kRest = 'c' };

struct Segment {
  SegmentKind kind = SegmentKind::kLiteral;
  std::string_view text;  // the literal or the parameter's name; points into the route's pattern
};

// One route as the tree is built from it.
struct Entry {
  std::shared_ptr<const Route> route;
  std::vector<Segment> segments;
  std::string rank;  // the kinds, leftmost first: the smaller is the more specific

  bool has_rest() const { return segments.back().kind == SegmentKind::kRest; }
};
using Entries = std::vector<const Entry*>;

// An order for searching: the lengths of two segments mostly differ, and cost least to compare.
bool is_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// A node stands for all routes that a walked prefix still allows; what a parameter allows is merged
// into the literal children, so that a walk never has to turn back.
struct Node {
  const Entry* terminal = nullptr;  // matches when the path ends here
  const Entry* rest = nullptr;      // matches when at least one segment follows
  std::vector<std::pair<std::string_view, std::unique_ptr<Node>>> literals;  // by is_before
  std::unique_ptr<Node> parameter;

  const Node* child(std::string_view segment) const {
    const auto found = std::ranges::lower_bound(
        literals, segment, is_before, [](const auto& literal) { return literal.first; }
    );
    if (found != literals.end() && found->first == segment) return found->second.get();
    return segment.empty() ? nullptr : parameter.get();
  }
};

const Entry* better(const Entry* a, const Entry* b) {
  return a == nullptr || b->rank < a->rank ? b : a;
}

// Those of `entries` that a segment with this literal text allows, seen at `depth`.
Entries allowed(
    const Entries& entries, std::size_t depth, std::optional<std::string_view> literal
) {
  Entries left;
  for (const Entry* entry : entries) {
    if (entry->has_rest() && depth + 1 >= entry->segments.size()) {
      left.push_back(entry);
      continue;
    }
    if (depth >= entry->segments.size()) continue;
    const Segment& segment = entry->segments[depth];
    const bool is_parameter = segment.kind == SegmentKind::kParameter;
    if (is_parameter ? literal != "" : literal == segment.text) left.push_back(entry);
  }
  return left;
}

std::unique_ptr<Node> build(const Entries& entries, std::size_t depth) {
  auto node = std::make_unique<Node>();
  std::vector<std::string_view> texts;
  bool has_parameter = false;
  for (const Entry* entry : entries) {
    const std::size_t count = entry->segments.size();
    if (entry->has_rest() && depth + 1 >= count) {
      node->rest = better(node->rest, entry);
    } else if (depth == count) {
      node->terminal = better(node->terminal, entry);
    } else if (entry->segments[depth].kind == SegmentKind::kLiteral) {
      texts.push_back(entry->segments[depth].text);
    } else {
      has_parameter = true;
    }
  }
  std::ranges::sort(texts, is_before);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  for (const std::string_view text : texts) {
    node->literals.emplace_back(text, build(allowed(entries, depth, text), depth + 1));
  }
  if (has_parameter) node->parameter = build(allowed(entries, depth, std::nullopt), depth + 1);
  return node;
}

Result<std::vector<Segment>> parse_pattern(std::string_view pattern) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::kInvalid, "route pattern " + std::string(pattern) + ": " + std::string(why));
  };
  if (!pattern.starts_with('/')) return refuse("it does not begin with /");
  std::vector<Segment> segments;
  std::size_t position = 1;
  for (bool is_last = false; !is_last;) {
    const std::size_t slash = pattern.find('/', position);
    is_last = slash == std::string_view::npos;
    const std::string_view text = pattern.substr(position, is_last ? slash : slash - position);
    position = slash + 1;
    if (text.starts_with(':') || text.starts_with('*')) {
      const bool is_rest = text.front() == '*';
      if (text.size() == 1) return refuse("a parameter has no name");
      if (is_rest && !is_last) return refuse("something follows the rest");
      segments.push_back({is_rest ? SegmentKind::kRest : SegmentKind::kParameter, text.substr(1)});
    } else {
      segments.push_back({SegmentKind::kLiteral, text});
    }
    if (segments.size() > RouterTable::kMostSegments) return refuse("too many segments");
  }
  return segments;
}

std::string claim_of(const Entry& entry) {
  std::string claim(to_text(entry.route->method));
  for (const Segment& segment : entry.segments) {
    claim += '/';
    if (segment.kind == SegmentKind::kLiteral)
      claim += segment.text;
    else
      claim += segment.kind == SegmentKind::kRest ? '\2' : '\1';
  }
  return claim;
}

bool is_routable(Method method) {
  return method != Method::kHead && method != Method::kOther;
}

Method routed_as(Method method) {
  return method == Method::kHead ? Method::kGet : method;
}

// The segment of a path that begins at `position`.
std::string_view segment_at(std::string_view path, std::size_t position) {
  return path.substr(position, path.find('/', position) - position);
}

const Entry* walk(const Node& root, std::string_view path) {
  const Node* node = &root;
  const Entry* rest = nullptr;
  const bool is_encoded = path.find('%') != std::string_view::npos;
  for (std::size_t position = 1; position <= path.size();) {
    if (node->rest != nullptr) rest = node->rest;
    const std::string_view segment = segment_at(path, position);
    if (!is_encoded) {
      node = node->child(segment);
    } else {
      const auto decoded = codec::percent_decode(segment, false);
      node = decoded ? node->child(*decoded) : node->parameter.get();
    }
    if (node == nullptr) return rest;
    position += segment.size() + 1;
  }
  return node->terminal != nullptr ? node->terminal : rest;
}

bool has_encoded_slash(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const std::string_view code = text.substr(at + 1, 2);
    if (code == "2F" || code == "2f") return true;
  }
  return false;
}

bool has_dot_segment(std::string_view decoded) {
  for (std::size_t position = 0; position <= decoded.size();) {
    const std::size_t slash = std::min(decoded.find('/', position), decoded.size());
    const std::string_view segment = decoded.substr(position, slash - position);
    if (segment == "." || segment == "..") return true;
    position = slash + 1;
  }
  return false;
}

std::optional<std::string> decode_parameter(std::string_view raw, bool is_rest) {
  if (has_encoded_slash(raw)) return std::nullopt;
  auto decoded = codec::percent_decode(raw, false);
  if (!decoded || decoded->find('\0') != std::string::npos) return std::nullopt;
  if (is_rest && has_dot_segment(*decoded)) return std::nullopt;
  return decoded;
}

bool fill_parameters(
    const Entry& entry, std::string_view path, std::vector<PathParameter>& parameters
) {
  std::size_t position = 1;
  for (const Segment& segment : entry.segments) {
    const bool is_rest = segment.kind == SegmentKind::kRest;
    const std::string_view raw = is_rest ? path.substr(position) : segment_at(path, position);
    position += raw.size() + 1;
    if (segment.kind == SegmentKind::kLiteral) continue;
    auto decoded = decode_parameter(raw, is_rest);
    if (!decoded) return false;
    parameters.push_back({segment.text, std::move(*decoded)});
  }
  return true;
}

constexpr std::size_t kMethods = static_cast<std::size_t>(Method::kOther);

}  // namespace

struct RouterTable::Table {
  std::vector<Entry> entries;  // never resized once the tree points into it
  std::array<std::unique_ptr<Node>, kMethods> roots;

  static Result<std::shared_ptr<const Table>> make(const Owners& owners);
};

Result<std::shared_ptr<const RouterTable::Table>> RouterTable::Table::make(const Owners& owners) {
  auto table = std::make_shared<Table>();
  std::map<std::string, const Route*> claims;
  for (const auto& [owner, routes] : owners) {
    for (const auto& route : routes) {
      auto segments = parse_pattern(route->pattern);
      if (!segments) return std::unexpected(std::move(segments.error()));
      if (!is_routable(route->method)) {
        return fail(Errc::kInvalid, "route " + route->pattern + ": no route takes that method");
      }
      Entry entry{route, std::move(*segments), {}};
      for (const Segment& segment : entry.segments)
        entry.rank += static_cast<char>(segment.kind);
      const auto [claim, is_new] = claims.emplace(claim_of(entry), route.get());
      if (!is_new) {
        return fail(
            Errc::kInvalid,
            "two routes claim " + std::string(to_text(route->method)) + " " +
                claim->second->pattern + " and " + route->pattern
        );
      }
      table->entries.push_back(std::move(entry));
    }
  }
  std::array<Entries, kMethods> by_method;
  for (const Entry& entry : table->entries) {
    by_method[static_cast<std::size_t>(entry.route->method)].push_back(&entry);
  }
  for (std::size_t method = 0; method < kMethods; ++method) {
    table->roots[method] = build(by_method[method], 0);
  }
  return table;
}

RouterTable::RouterTable() : table_(*Table::make({})) {}
RouterTable::~RouterTable() = default;

Result<> RouterTable::mount(std::string owner, std::vector<Route> routes) {
  const std::lock_guard lock(mutex_);
  Owners changed = owners_;
  auto& mounted = changed[std::move(owner)];
  mounted.clear();
  for (Route& route : routes)
    mounted.push_back(std::make_shared<const Route>(std::move(route)));
  auto table = Table::make(changed);
  if (!table) return std::unexpected(std::move(table.error()));
  owners_ = std::move(changed);
  table_.set(std::move(*table));
  return {};
}

void RouterTable::unmount(std::string_view owner) {
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return;
  owners_.erase(found);
  table_.set(*Table::make(owners_));  // fewer routes than before cannot contradict each other
}

std::vector<std::shared_ptr<const Route>> RouterTable::routes() const {
  std::vector<std::shared_ptr<const Route>> all;
  for (const Entry& entry : table_.get()->entries)
    all.push_back(entry.route);
  return all;
}

RouteMatch RouterTable::find(
    Method method, std::string_view path, std::vector<PathParameter>& parameters
) const {
  parameters.clear();
  RouteMatch match;
  if (!path.starts_with('/') || method == Method::kOther) return match;
  const auto table = table_.get();
  const Entry* entry = walk(*table->roots[static_cast<std::size_t>(routed_as(method))], path);
  if (entry == nullptr) return match;
  match.route = entry->route;
  match.is_bad_path = !fill_parameters(*entry, path, parameters);
  return match;
}

}  // namespace noded::http
