"""Writes JSON schemas for kubeconform, from files that others have published.

  kubernetes_schemas.py OUT openapi FILE...  the API server's OpenAPI documents
  kubernetes_schemas.py OUT crd FILE...      CustomResourceDefinitions
  kubernetes_schemas.py OUT kopium DIR       Rust types that kopium has made of CustomResourceDefinitions
  kubernetes_schemas.py OUT extract DIR      of the schemas that are in DIR, what this chart uses

Every object is closed: a property that the type does not have is an error, as it is for a strict API server.
"""
import json
import pathlib
import re
import sys

import yaml

OBJECT = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}


def closed(schema):
    """The same schema; objects with named properties accept no others."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()
              if not key.startswith("x-kubernetes") and key not in ("description", "default", "format")}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema \
            and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result["additionalProperties"] = False
    return result


def write(out, group, version, kind, schema):
    path = out / group / f"{kind.lower()}_{version}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"$schema": "https://json-schema.org/draft/2019-09/schema", **schema}))


def from_openapi(out, files):
    for path in files:
        document = json.loads(pathlib.Path(path).read_text())
        definitions = document["components"]["schemas"]
        text = json.dumps(closed(definitions)).replace("#/components/schemas/", "#/definitions/")
        for name, definition in definitions.items():
            for what in definition.get("x-kubernetes-group-version-kind", []):
                write(out, what["group"] or what["version"], what["version"], what["kind"],
                      {"$ref": f"#/definitions/{name}", "definitions": json.loads(text)})


def from_crds(out, files):
    for path in files:
        for document in yaml.safe_load_all(pathlib.Path(path).read_text()):
            if not document or document["kind"] != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                schema = version["schema"]["openAPIV3Schema"]
                schema["properties"].update(OBJECT)
                schema = closed(schema)
                schema["properties"]["metadata"] = {"type": "object"}
                write(out, spec["group"], version["name"], spec["names"]["kind"], schema)


SIMPLE = {"String": {"type": "string"}, "bool": {"type": "boolean"}, "i32": {"type": "integer"},
          "i64": {"type": "integer"}, "f64": {"type": "number"}, "IntOrString": {"type": ["integer", "string"]}}


def rust_type(text, known):
    generic = re.fullmatch(r"(Option|Vec|BTreeMap)<(?:String, )?(.*)>", text)
    if generic and generic[1] == "Option":
        return rust_type(generic[2], known)
    if generic and generic[1] == "Vec":
        return {"type": "array", "items": rust_type(generic[2], known)}
    if generic:
        return {"type": "object", "additionalProperties": rust_type(generic[2], known)}
    if text in SIMPLE:
        return SIMPLE[text]
    return {"$ref": f"#/definitions/{text}"} if text in known else {}


def rust_definitions(text):
    blocks = dict(re.findall(r"^pub (?:struct|enum) (\w+) \{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE))
    definitions = {}
    for name, body in blocks.items():
        fields = re.findall(r"(?:#\[serde\((.*?)\)\]\n\s*)?pub (?:r#)?(\w+): (.*),\n", body)
        if not fields:
            variants = re.findall(r"(?:#\[serde\(rename = \"(.*?)\"\)\]\n\s*)?^    (\w+),$", body, re.MULTILINE)
            definitions[name] = {"enum": [renamed or variant for renamed, variant in variants]}
            continue
        properties, required = {}, []
        for attributes, field, kind in fields:
            renamed = re.search(r'rename = "(.*?)"', attributes)
            key = renamed[1] if renamed else field
            properties[key] = rust_type(kind, blocks)
            if not kind.startswith("Option<"):
                required.append(key)
        definitions[name] = {"type": "object", "properties": properties, "required": required,
                             "additionalProperties": False}
    return definitions


def from_kopium(out, directory):
    for path in sorted(pathlib.Path(directory).glob("*.rs")):
        text = path.read_text()
        what = re.search(r'#\[kube\(group = "(.*?)", version = "(.*?)", kind = "(.*?)"', text)
        if what is None:
            continue
        definitions = rust_definitions(text)
        spec = re.search(r"kube\(group.*?^pub struct (\w+)", text, re.DOTALL | re.MULTILINE)[1]
        write(out, *what.groups(), {
            "type": "object", "required": ["apiVersion", "kind", "metadata", "spec"], "additionalProperties": False,
            "properties": {**OBJECT, "spec": {"$ref": f"#/definitions/{spec}"}, "status": {}},
            "definitions": definitions})


# What the chart writes of the types of mariadb-operator; of a property that is not here the extract knows the name alone.
EXTRACT = {"Database": None, "User": None, "Grant": None,
           "MariaDB": {"image", "port", "resources", "rootPasswordSecretKeyRef", "storage"}}


def reached(schema, definitions, found):
    if isinstance(schema, list):
        for one in schema:
            reached(one, definitions, found)
    elif isinstance(schema, dict):
        name = schema.get("$ref", "").removeprefix("#/definitions/")
        if name and name not in found:
            found.add(name)
            reached(definitions[name], definitions, found)
        reached([value for key, value in schema.items() if key != "definitions"], definitions, found)
    return found


def extract(out, directory):
    folder = out / "k8s.mariadb.com"
    folder.mkdir(parents=True, exist_ok=True)
    for kind, used in EXTRACT.items():
        name = f"{kind.lower()}_v1alpha1.json"
        schema = json.loads((pathlib.Path(directory) / "k8s.mariadb.com" / name).read_text())
        definitions = schema["definitions"]
        spec = definitions[schema["properties"]["spec"]["$ref"].removeprefix("#/definitions/")]
        if used is not None:
            spec["properties"] = {key: value if key in used else {} for key, value in spec["properties"].items()}
        found = reached(schema, definitions, set())
        schema["definitions"] = {key: value for key, value in definitions.items() if key in found}
        (folder / name).write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")


def main():
    out, form, *files = sys.argv[1:]
    out = pathlib.Path(out)
    if form == "openapi":
        from_openapi(out, files)
    elif form == "crd":
        from_crds(out, files)
    elif form == "kopium":
        from_kopium(out, files[0])
    elif form == "extract":
        extract(out, files[0])
    else:
        sys.exit(f"kubernetes_schemas.py: no form {form}")


if __name__ == "__main__":
    main()
