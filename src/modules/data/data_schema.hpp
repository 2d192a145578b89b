// The JSON Schema of the data module's configuration, in the structure that settings pages are
// generated from, and its defaults. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace noded::data {

// JSON text; static storage.
std::string_view data_schema_text();

// Fills in what a configuration may leave out: the members of the module, and in each entity its
// type, fields with `id` first, each field's `required`, and the sort. Parts of the wrong kind are
// left for the schema to refuse.
void complete_data(boost::json::object& data);

}  // namespace noded::data
