#include "state/document.h"

struct _RnDocument
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (RnDocument, rn_document, G_TYPE_OBJECT)

static void
rn_document_init (RnDocument *self)
{
}

static void
rn_document_class_init (RnDocumentClass *class)
{
}

RnDocument *
rn_document_new_sketch (const RnSpec *spec, const char *path)
{
  return NULL;
}

RnDocument *
rn_document_new_run (RnRecord *record)
{
  return NULL;
}

RnDocument *
rn_document_new_model (RnModel *model, const char *path)
{
  return NULL;
}

RnDocumentKind
rn_document_get_kind (RnDocument *self)
{
  return 0;
}

const char *
rn_document_get_title (RnDocument *self)
{
  return "";
}

const RnSpec *
rn_document_get_spec (RnDocument *self)
{
  return NULL;
}

RnRecord *
rn_document_get_record (RnDocument *self)
{
  return NULL;
}

RnModel *
rn_document_get_model (RnDocument *self)
{
  return NULL;
}

const char *
rn_document_get_path (RnDocument *self)
{
  return "";
}
