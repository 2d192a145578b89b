#include "modules/data/validation.hpp"

#include "codec/json.hpp"

#include <string>

namespace noded::data {

constexpr std::string_view kQuerySchema =
    R"({"type":"object","properties":{)"
    R"("limit":{"type":"number","default":10,"$target":"json"},)"
    R"("offset":{"type":"number","default":0,"$target":"json"},)"
    R"("sort":{"default":{"by":"id","dir":"asc"},"anyOf":[{"type":"string"},{"type":"object",)"
    R"("additionalProperties":false,"properties":{"by":{"type":"string"},"dir":{"type":"string",)"
    R"("enum":["asc","desc"]}},"required":["by"]}]},)"
    R"("where":{"examples":[{"attribute":{"$eq":1}}],"default":{},"anyOf":[{"type":"string"},)"
    R"({"type":"object","properties":{}}],"$synthetic":true,"$target":"json"},)"
    R"("select":{"default":[],"anyOf":[{"type":"string"},{"type":"array","uniqueItems":true,)"
    R"("items":{"type":"string"}}]},)"
    R"("join":{"default":[],"anyOf":[{"type":"string"},{"type":"array","uniqueItems":true,)"
    R"("items":{"type":"string"}}]},)"
    R"("with":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}},)"
    R"({"$ref":"#"}]}}})";

constexpr std::string_view kInsertSchema =
    R"({"anyOf":[{"type":"object","properties":{}},)"
    R"({"type":"array","items":{"type":"object","properties":{}}}]})";

constexpr std::string_view kUpdateSchema = R"({"type":"object","properties":{}})";

constexpr std::string_view kUpdateManySchema =
    R"({"type":"object","properties":{"update":{"type":"object","properties":{}},)"
    R"("where":{"examples":[{"attribute":{"$eq":1}}],"default":{},"anyOf":[{"type":"string"},)"
    R"({"type":"object","properties":{}}],"$synthetic":true,"$target":"json"}},)"
    R"("required":["update"]})";

std::unexpected<Error> refuse(
    std::string_view keyword_location,
    std::string_view instance_location,
    std::string_view reason,
    const boost::json::value& data,
    std::string_view schema
) {
  std::string answer = R"({"valid":false,"errors":[{"keywordLocation":)";
  codec::append_json_string(answer, keyword_location);
  answer += R"(,"instanceLocation":)";
  codec::append_json_string(answer, instance_location);
  answer += R"(,"error":)";
  codec::append_json_string(answer, reason);
  answer += R"(,"data":)";
  codec::append_json(answer, data);
  answer += R"(}],"schema":)";
  answer += schema;
  answer += '}';
  return fail(
      Errc::kInvalid, std::string(reason), std::string(kValidationRefusal), std::move(answer)
  );
}

}  // namespace noded::data
