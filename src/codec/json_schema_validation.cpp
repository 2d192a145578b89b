#include "codec/json_schema_validation.hpp"

#include "codec/cpu_time.hpp"

#include <algorithm>

namespace noded::codec {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth =
    256;  // of schemas entered: an instance's depth, several schemas for each level

// A segment as jsonv-ts writes it: dots become slashes, an empty one is left out.
void append_segment(std::string& out, std::string_view segment) {
  if (segment.empty()) return;
  out += '/';
  for (const char c : segment)
    out += c == '.' ? '/' : c;
}

}  // namespace

void Place::append_keywords(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->append_keywords(out);
  append_segment(out, keyword_);
  append_segment(out, keyword_part_);
}

void Place::append_instances(std::string& out) const {
  if (parent_ == nullptr) return;
  parent_->append_instances(out);
  append_segment(out, instance_part_);
}

std::string Place::keyword_location(std::string_view keyword) const {
  std::string out;
  append_keywords(out);
  append_segment(out, keyword);
  return out.empty() ? "/" : out;
}

std::string Place::instance_location() const {
  std::string out;
  append_instances(out);
  return out.empty() ? "/" : out;
}

bool Validation::spend(std::size_t steps) {
  steps_left_ -= std::min(steps, steps_left_);
  return steps_left_ > 0;
}

bool Validation::matches(const Regex& pattern, std::string_view text) {
  constexpr std::size_t kShort = 64;
  constexpr std::int64_t kStep_ns = 100;
  if (!spend(1)) return false;
  if (text.size() <= kShort) return pattern.matches(text);
  const std::int64_t begun = thread_cpu_ns();
  const bool outcome = pattern.matches(text);
  return spend(static_cast<std::size_t>((thread_cpu_ns() - begun) / kStep_ns)) && outcome;
}

bool Validation::refuse(
    std::string_view keyword, const Place& place, std::string error, const json::value& data
) {
  if (!is_silent()) {
    errors_.push_back(
        {place.keyword_location(keyword), place.instance_location(), std::move(error), data}
    );
  }
  return false;
}

bool Validation::run(const SchemaNode& node, const json::value& instance, const Place& place) {
  bool is_valid_so_far = true;
  for (const Keyword& keyword : node.keywords) {
    if (keyword.check == nullptr || keyword.check(*this, keyword, instance, place)) continue;
    is_valid_so_far = false;
    if (is_silent() || is_exhausted()) break;
  }
  return is_valid_so_far;
}

bool Validation::check(const SchemaNode& node, const json::value& instance, const Place& place) {
  if (node.kind == SchemaNode::Kind::kAlways) return true;
  if (node.kind == SchemaNode::Kind::kNever) return refuse("", place, "Always fails", instance);
  if (depth_ == kMaxDepth) steps_left_ = 0;
  if (!spend(1)) return false;
  ++depth_;
  const bool outcome = run(node, instance, place);
  --depth_;
  return outcome && !is_exhausted();
}

bool Validation::is_valid(const SchemaNode& node, const json::value& instance, const Place& place) {
  ++silence_;
  const bool outcome = check(node, instance, place);
  --silence_;
  return outcome;
}

std::vector<SchemaError> validate_tree(const SchemaTree& tree, const json::value& instance) {
  Validation validation;
  const Place root;
  const bool is_valid = validation.check(*tree.root, instance, root);
  // What was found until the bound was reached may owe to it.
  if (validation.is_exhausted())
    return {{"/", "/", "The value is too complex to be validated", nullptr}};
  return is_valid ? std::vector<SchemaError>() : validation.take_errors();
}

}  // namespace noded::codec
