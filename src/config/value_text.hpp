// Option values as people write them: 15s, 64KiB, true, 3, text, lists.
#pragma once

#include "noded/options.hpp"
#include "noded/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::config {

// Reads one text as the declaration's type and checks its range or choices. A list is written with
// commas. Errors: kInvalid with what was written and what is allowed, without the option's name.
Result<OptionValue> parse_value(const OptionDeclaration& declaration, std::string_view text);
// Checks the elements of a list that is already apart.
Result<OptionValue> parse_list(
    const OptionDeclaration& declaration, std::vector<std::string> elements
);

OptionValue default_value(const OptionDeclaration& declaration);

// What the declaration allows: "a size such as 64KiB or 1MiB, from 1KiB to 1GiB".
std::string allowed_text(const OptionDeclaration& declaration);
// The same in fewer words, for pages that explain sizes and durations once: "size from 1KiB to
// 1GiB".
std::string short_allowed_text(const OptionDeclaration& declaration);
// A value without YAML's quotes and brackets, for people: "127.0.0.1:1337, [::1]:80"; may be empty.
std::string plain_text(const OptionDeclaration& declaration, const OptionValue& value);
// As the YAML file would say it; reading it again gives the same value.
std::string value_text(const OptionDeclaration& declaration, const OptionValue& value);
// The name of the type for the reference page: "size", "duration", …
std::string_view kind_text(OptionKind kind) noexcept;

// A number in the unit of the declaration's type as people write it: 15s, 64KiB, 3.
std::string number_text(OptionKind kind, std::int64_t number);

}  // namespace noded::config
