#include "residua/settings.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"
#include "residua/error.h"
#include "train/schedule.h"

static void
assert_says (const GError *error, int code, const char *fragment)
{
  g_assert_error (error, RN_ERROR, code);
  if (strstr (error->message, fragment) == NULL)
    g_error ("“%s” does not say “%s”", error->message, fragment);
}

/* Numbers as text */

static void
every_double_and_float_comes_back_to_the_bit (void)
{
  RnRandom random;
  char text[RN_NUMBER_SIZE];

  rn_random_start (&random, 1, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < 200000; i++)
    {
      const guint64 bits = rn_random_u64 (&random);
      const guint32 short_bits = (guint32) (bits >> 32);
      double value, again;
      float single, single_again;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        {
          rn_number_print (text, value);
          g_assert_true (rn_number_parse (text, strlen (text), &again));
          g_assert_true (memcmp (&value, &again, sizeof value) == 0);
        }
      memcpy (&single, &short_bits, sizeof single);
      if (isfinite (single))
        {
          rn_number_print_float (text, single);
          g_assert_true (rn_number_parse (text, strlen (text), &again));
          single_again = (float) again;
          g_assert_true (memcmp (&single, &single_again, sizeof single) == 0);
        }
    }
  g_assert_cmpstr (rn_number_print (text, 0.1), ==, "0.1");
  g_assert_cmpstr (rn_number_print_float (text, 0.1f), ==, "0.1");
}

static void
what_is_no_number_is_refused (void)
{
  static const char *const none[] = { "",     " 1",    "1 ",  "1x",  "0x10", "nan", "inf",
                                      "-inf", "1e999", "1,5", "--1", "1e",   "." };
  static const char *const no_whole[] = {
    "", "-1", "+1", "1.0", " 1", "18446744073709551616", "99999999999999999999", "1e3"
  };
  guint64 whole;
  double value;

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_false (rn_number_parse (none[i], strlen (none[i]), &value));
  for (guint i = 0; i < G_N_ELEMENTS (no_whole); i++)
    g_assert_false (rn_number_parse_whole (no_whole[i], strlen (no_whole[i]), &whole));
  g_assert_true (rn_number_parse_whole ("18446744073709551615", 20, &whole));
  g_assert_cmpuint (whole, ==, G_MAXUINT64);
  g_assert_true (rn_number_parse ("-1.5e-3", 7, &value));
  g_assert_cmpfloat (value, ==, -1.5e-3);
}

/* Schedules as text */

static void
schedules_are_read_as_they_are_written (void)
{
  /* What is typed, and what is printed; the same again from there */
  static const char *const pairs[][2] = {
    { "constant", "constant" },
    { "cosine", "cosine" },
    { "plateau", "plateau=10" },
    { "plateau=3", "plateau=3" },
    { "steps=32000,48000", "steps=32000,48000" },
    { "steps=50%,75%", "steps=500,750" },
    { "steps=33.3%", "steps=333" },
    { "steps=0.01%", "steps=1" },
    { "steps=7,7", "steps=7,7" },
    { "steps=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
      "steps=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16" },
    { "steps=100+factor=0.2", "steps=100+factor=0.2" },
    { "plateau=5+factor=0.5+warmup=400", "plateau=5+factor=0.5+warmup=400@0" },
    { "constant+warmup=400@0.01", "constant+warmup=400@0.01" },
    { "cosine+warmup=400", "cosine+warmup=400@0" },
    { "steps=32000,48000+warmup-error=0.8", "steps=32000,48000+warmup-error=0.8@0.01" },
    { "steps=50%+warmup-error=0.8@0.02", "steps=500+warmup-error=0.8@0.02" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      RnSchedule schedule, again;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL, *text_again = NULL;

      rn_schedule_parse (pairs[i][0], 1000, &schedule, &error);
      g_assert_no_error (error);
      text = rn_schedule_to_string (&schedule);
      g_assert_cmpstr (text, ==, pairs[i][1]);
      /* Another length changes nothing any more */
      g_assert_true (rn_schedule_parse (text, 77, &again, NULL));
      text_again = rn_schedule_to_string (&again);
      g_assert_cmpstr (text_again, ==, text);
      g_assert_cmpfloat (again.warmup_error, ==, schedule.warmup_error);
      g_assert_cmpfloat (again.warmup_rate, ==, schedule.warmup_rate);
      g_assert_cmpfloat (again.factor, ==, schedule.factor);
    }
}

static void
broken_schedules_are_refused_naming_the_word (void)
{
  static const char *const broken[][2] = {
    { "", "constant, steps=" },
    { "linear", "“linear”" },
    { "Constant", "“Constant”" },
    { "constant ", "“constant ”" },
    { "steps", "“steps”" },
    { "steps=", "needs milestones" },
    { "steps=,", "milestone" },
    { "steps=0", "“0”" },
    { "steps=-5", "“-5”" },
    { "steps=1.5", "“1.5”" },
    { "steps=1000000001", "“1000000001”" },
    { "steps=0%", "“0%”" },
    { "steps=101%", "“101%”" },
    { "steps=%", "“%”" },
    { "steps=nan%", "“nan%”" },
    { "steps=200,100", "must not fall" },
    { "steps=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "at most 16" },
    { "plateau=0", "patience" },
    { "plateau=x", "patience" },
    { "cosine=3", "“cosine=3”" },
    { "constant+", "after a plus" },
    { "constant+cosine", "“cosine”" },
    { "constant+factor=0", "between 0 and 1" },
    { "constant+factor=1", "between 0 and 1" },
    { "constant+factor=nan", "between 0 and 1" },
    { "constant+warmup=0", "warmup=STEPS" },
    { "constant+warmup=", "warmup=STEPS" },
    { "constant+warmup=10@", "warmup=STEPS" },
    { "constant+warmup=10@-1", "warmup=STEPS" },
    { "constant+warmup=10@1@2", "warmup=STEPS" },
    { "constant+warmup-error=0", "warmup-error=SHARE" },
    { "constant+warmup-error=1.1", "warmup-error=SHARE" },
    { "constant+warmup=10+warmup-error=0.8", "only one warm-up" },
    { "constant+warmup=10+warmup=10", "only one warm-up" },
    { "constant+\xff\xfe", "after a plus" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      RnSchedule schedule = { .patience = 42 };
      g_autoptr (GError) error = NULL;

      g_assert_false (rn_schedule_parse (broken[i][0], 1000, &schedule, &error));
      assert_says (error, RN_ERROR_FORMAT, broken[i][1]);
      g_assert_cmpint (schedule.patience, ==, 42);
    }
}

/* Rates */

static RnSchedule
parsed (const char *text)
{
  RnSchedule schedule;

  g_assert_true (rn_schedule_parse (text, 1000, &schedule, NULL));
  return schedule;
}

static void
rates_are_those_of_the_table (void)
{
  static const struct
  {
    const char *schedule;
    gint64 step;
    double rate;
  } table[] = {
    { "constant", 0, 0.4 },
    { "constant", 999, 0.4 },
    { "steps=500,750", 0, 0.4 },
    { "steps=500,750", 499, 0.4 },
    { "steps=500,750", 500, 0.04 },
    { "steps=500,750", 749, 0.04 },
    { "steps=500,750", 750, 0.004 },
    { "steps=500,750", 5000, 0.004 },
    { "steps=7,7+factor=0.5", 7, 0.1 },
    { "cosine", 0, 0.4 },
    { "cosine", 250, 0.4 * 0.85355339059327376 },
    { "cosine", 500, 0.2 },
    { "cosine", 750, 0.4 * 0.14644660940672624 },
    { "cosine", 1000, 0.0 },
    { "cosine", 2000, 0.0 },
    { "cosine+warmup=200", 0, 0.0 },
    { "cosine+warmup=200", 100, 0.2 },
    { "cosine+warmup=200", 200, 0.4 },
    { "cosine+warmup=200", 600, 0.2 },
    { "constant+warmup=400@0.2", 0, 0.2 },
    { "constant+warmup=400@0.2", 100, 0.25 },
    { "constant+warmup=400@0.2", 399, 0.4 - 0.2 / 400.0 },
    { "constant+warmup=400@0.2", 400, 0.4 },
    { "constant+warmup-error=0.8@0.01", 0, 0.01 },
    { "constant+warmup-error=0.8@0.01", 999, 0.01 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const RnSchedule schedule = parsed (table[i].schedule);
      RnScheduleState state;

      rn_schedule_init (&state);
      g_test_message ("%s at %d", table[i].schedule, (int) table[i].step);
      g_assert_cmpfloat_with_epsilon (rn_schedule_rate (&schedule, &state, 0.4, table[i].step,
                                                        1000),
                                      table[i].rate, 1e-15);
    }
}

static void
a_plateau_drops_after_its_patience (void)
{
  /* error of each evaluation, and the rate after it */
  static const double course[][2] = {
    { 0.9, 1.0 }, { 0.8, 1.0 }, { 0.8, 1.0 },  { 0.81, 0.1 }, { 0.79, 0.1 },  { 0.85, 0.1 },
    { 0.7, 0.1 }, { 0.7, 0.1 }, { 0.7, 0.01 }, { 0.7, 0.01 }, { 0.7, 0.001 },
  };
  const RnSchedule schedule = parsed ("plateau=2");
  RnScheduleState state;

  rn_schedule_init (&state);
  for (guint i = 0; i < G_N_ELEMENTS (course); i++)
    {
      rn_schedule_note_epoch (&schedule, &state, course[i][0]);
      g_assert_cmpfloat_with_epsilon (rn_schedule_rate (&schedule, &state, 1.0, i, 1000),
                                      course[i][1], 1e-15);
    }
}

static void
other_schedules_take_no_notice_of_errors (void)
{
  const RnSchedule schedule = parsed ("constant");
  RnScheduleState state, before;

  rn_schedule_init (&state);
  before = state;
  for (int i = 0; i < 50; i++)
    {
      rn_schedule_note_epoch (&schedule, &state, 0.5);
      rn_schedule_note_step (&schedule, &state, 0.5, 10);
    }
  g_assert_true (memcmp (&state, &before, sizeof state) == 0);
}

/* The paper's warm-up of 110 layers: 0.01 until the error is under 80 %, then the base rate for good */
static void
a_warm_up_by_error_waits_for_a_whole_window (void)
{
  const RnSchedule schedule = parsed ("constant+warmup-error=0.8@0.01");
  RnScheduleState state;

  rn_schedule_init (&state);
  /* An epoch of 1000 steps: the newest 100 count */
  for (int i = 0; i < 99; i++)
    rn_schedule_note_step (&schedule, &state, 0.1, 1000);
  g_assert_cmpfloat (rn_schedule_rate (&schedule, &state, 0.1, 99, 1000), ==, 0.01);
  rn_schedule_note_step (&schedule, &state, 0.1, 1000);
  g_assert_cmpfloat (rn_schedule_rate (&schedule, &state, 0.1, 100, 1000), ==, 0.1);

  /* From 0.9 to 0.7: the mean of 100 is under 0.8 when 51 of them are low */
  rn_schedule_init (&state);
  for (int i = 0; i < 150; i++)
    rn_schedule_note_step (&schedule, &state, 0.9, 1000);
  for (int i = 0; i < 51; i++)
    {
      g_assert_cmpfloat (rn_schedule_rate (&schedule, &state, 0.1, 150 + i, 1000), ==, 0.01);
      rn_schedule_note_step (&schedule, &state, 0.7, 1000);
    }
  g_assert_cmpfloat (rn_schedule_rate (&schedule, &state, 0.1, 201, 1000), ==, 0.1);
  /* It does not turn back */
  for (int i = 0; i < 200; i++)
    rn_schedule_note_step (&schedule, &state, 1.0, 1000);
  g_assert_cmpfloat (rn_schedule_rate (&schedule, &state, 0.1, 401, 1000), ==, 0.1);

  /* A short epoch is its own window */
  rn_schedule_init (&state);
  for (int i = 0; i < 4; i++)
    rn_schedule_note_step (&schedule, &state, 0.9, 3);
  rn_schedule_note_step (&schedule, &state, 0.7, 3);
  g_assert_false (state.warm);
  rn_schedule_note_step (&schedule, &state, 0.7, 3);
  g_assert_true (state.warm);
}

static void
a_state_goes_on_from_its_numbers_as_if_nothing_had_been (void)
{
  const RnSchedule schedule = parsed ("plateau=3+warmup-error=0.8@0.01");
  RnScheduleState alone, resumed;
  RnRandom random;

  rn_random_start (&random, 5, RN_STREAM_TEST, 0, 0);
  rn_schedule_init (&alone);
  rn_schedule_init (&resumed);
  for (int i = 0; i < 1000; i++)
    {
      const double error = 1.0 - i / 2000.0 + 0.2 * rn_random_uniform (&random);
      double numbers[RN_SCHEDULE_STATE_SIZE];
      RnScheduleState fresh;

      rn_schedule_note_step (&schedule, &alone, error, 1000);
      rn_schedule_note_step (&schedule, &resumed, error, 1000);
      if (i % 10 == 0)
        {
          rn_schedule_note_epoch (&schedule, &alone, error);
          rn_schedule_note_epoch (&schedule, &resumed, error);
        }
      rn_schedule_state_save (&resumed, numbers);
      rn_schedule_init (&fresh);
      g_assert_true (rn_schedule_state_load (&fresh, numbers, RN_SCHEDULE_STATE_SIZE));
      resumed = fresh;
      g_assert_cmpfloat (rn_schedule_rate (&schedule, &alone, 0.1, i, 1000), ==,
                         rn_schedule_rate (&schedule, &resumed, 0.1, i, 1000));
    }
  g_assert_true (alone.warm);
  g_assert_cmpfloat (alone.factor, <, 1.0);
}

static void
numbers_that_no_state_saved_are_refused (void)
{
  static const struct
  {
    int at;
    double value;
  } broken[] = {
    { 0, -1.0 }, { 0, 1.5 }, { 0, NAN },   { 1, NAN },  { 2, -1.0 },  { 2, 0.5 }, { 2, 1e300 },
    { 3, 2.0 },  { 3, NAN }, { 4, 101.0 }, { 4, -1.0 }, { 5, 100.0 }, { 5, 0.5 }, { 5, INFINITY },
  };
  RnScheduleState state, loaded;
  double numbers[RN_SCHEDULE_STATE_SIZE];

  rn_schedule_init (&state);
  loaded = state;
  rn_schedule_state_save (&state, numbers);
  g_assert_true (rn_schedule_state_load (&loaded, numbers, RN_SCHEDULE_STATE_SIZE));
  g_assert_false (rn_schedule_state_load (&loaded, numbers, RN_SCHEDULE_STATE_SIZE - 1));
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      double changed[RN_SCHEDULE_STATE_SIZE];

      memcpy (changed, numbers, sizeof changed);
      changed[broken[i].at] = broken[i].value;
      g_assert_false (rn_schedule_state_load (&loaded, changed, RN_SCHEDULE_STATE_SIZE));
    }
}

/* Settings */

static void
the_defaults_are_the_paper_s (void)
{
  RnSettings settings;
  g_autoptr (GError) error = NULL;

  rn_settings_init (&settings);
  rn_settings_check (&settings, &error);
  g_assert_no_error (error);
  g_assert_cmpint (settings.batch, ==, 128);
  g_assert_cmpfloat (settings.rate, ==, 0.1);
  g_assert_cmpfloat (settings.momentum, ==, 0.9);
  g_assert_cmpfloat (settings.weight_decay, ==, 1e-4);
  g_assert_cmpint (settings.steps, ==, 64000);
  g_assert_cmpint (settings.schedule.milestones[0], ==, 32000);
  g_assert_cmpint (settings.schedule.milestones[1], ==, 48000);
}

static void
settings_out_of_bounds_are_named (void)
{
#define BROKEN(field, value_, word)                                                                \
  {                                                                                                \
    offsetof (RnSettings, field), sizeof (((RnSettings *) NULL)->field), value_, word              \
  }
  static const struct
  {
    gsize offset;
    gsize size;
    double value;
    const char *word;
  } broken[] = {
    BROKEN (steps, 0, "“steps” is 0"),
    BROKEN (steps, 1000000001, "“steps” is 1000000001"),
    BROKEN (batch, 0, "“batch” is 0"),
    BROKEN (batch, 65537, "“batch” is 65537"),
    BROKEN (evaluate_every, -1, "“evaluate_every” is -1"),
    BROKEN (checkpoint_every, -1, "“checkpoint_every” is -1"),
    BROKEN (measure_every, -1, "“measure_every” is -1"),
    BROKEN (augment.pad, -1, "“augment crop” is -1"),
    BROKEN (augment.pad, 65, "“augment crop” is 65"),
    BROKEN (augment.scale_min, 5, "“augment scale” is 0"),
    BROKEN (augment.scale_max, 5000, "“augment scale” is 5000"),
    BROKEN (schedule.kind, 4, "“schedule” is 4"),
    BROKEN (schedule.n_milestones, 17, "“schedule milestones” is 17"),
    BROKEN (schedule.n_milestones, 0, "“schedule milestones” is 0"),
    BROKEN (schedule.milestones[1], 5, "“schedule milestone” is 5"),
    BROKEN (schedule.patience, 0, "“schedule patience” is 0"),
    BROKEN (schedule.warmup_steps, -1, "“schedule warmup” is -1"),
  };
#undef BROKEN
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      RnSettings settings;
      g_autoptr (GError) error = NULL;
      const gint64 wide = (gint64) broken[i].value;
      const int narrow = (int) broken[i].value;

      rn_settings_init (&settings);
      if (broken[i].size == sizeof wide)
        memcpy ((char *) &settings + broken[i].offset, &wide, sizeof wide);
      else
        memcpy ((char *) &settings + broken[i].offset, &narrow, sizeof narrow);
      g_assert_false (rn_settings_check (&settings, &error));
      assert_says (error, RN_ERROR_DATA, broken[i].word);
    }
}

static void
settings_that_are_no_numbers_are_named (void)
{
#define BROKEN(field, value_, word)                                                                \
  {                                                                                                \
    offsetof (RnSettings, field), value_, word                                                     \
  }
  static const struct
  {
    gsize offset;
    double value;
    const char *word;
  } broken[] = {
    BROKEN (rate, 0, "“rate” is 0"),
    BROKEN (rate, NAN, "“rate” is nan"),
    BROKEN (rate, INFINITY, "“rate” is inf"),
    BROKEN (momentum, 1, "“momentum” is 1"),
    BROKEN (momentum, NAN, "“momentum” is nan"),
    BROKEN (weight_decay, -0.1, "“weight_decay” is -0.1"),
    BROKEN (weight_decay, NAN, "“weight_decay” is nan"),
    BROKEN (augment.colour, -1, "“augment colour” is -1"),
    BROKEN (augment.colour, NAN, "“augment colour” is nan"),
    BROKEN (schedule.factor, 1, "“schedule factor” is 1"),
    BROKEN (schedule.warmup_rate, -1, "“schedule warmup rate” is -1"),
    BROKEN (schedule.warmup_error, 2, "“schedule warmup-error” is 2"),
  };
#undef BROKEN
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      RnSettings settings;
      g_autoptr (GError) error = NULL;

      rn_settings_init (&settings);
      memcpy ((char *) &settings + broken[i].offset, &broken[i].value, sizeof broken[i].value);
      g_assert_false (rn_settings_check (&settings, &error));
      assert_says (error, RN_ERROR_DATA, broken[i].word);
    }
}

static void
random_settings (RnRandom *random, RnSettings *settings)
{
  static const char *const schedules[] = { "constant", "cosine+warmup=17@0.003",
                                           "plateau=4+factor=0.3", "steps=10%,33%,99%",
                                           "steps=5+warmup-error=0.77@0.013" };

  rn_settings_init (settings);
  settings->steps = 1 + (gint64) rn_random_below (random, 1000000000);
  settings->batch = 1 + (int) rn_random_below (random, 65536);
  settings->rate = exp (rn_random_normal (random));
  settings->momentum = rn_random_uniform (random);
  settings->weight_decay = rn_random_uniform (random);
  settings->spare_norms = (gboolean) rn_random_below (random, 2);
  settings->drop_last = (gboolean) rn_random_below (random, 2);
  settings->per_pixel_mean = (gboolean) rn_random_below (random, 2);
  settings->evaluate_every = (gint64) rn_random_below (random, 1000);
  settings->checkpoint_every = (gint64) rn_random_below (random, 1000);
  settings->measure_every = (gint64) rn_random_below (random, 1000);
  settings->augment.pad = (int) rn_random_below (random, 65);
  settings->augment.flip = (gboolean) rn_random_below (random, 2);
  settings->seed = rn_random_u64 (random);
  g_assert_true (rn_schedule_parse (schedules[rn_random_below (random, G_N_ELEMENTS (schedules))],
                                    settings->steps, &settings->schedule, NULL));
  if (settings->schedule.kind == RN_SCHEDULE_PLATEAU)
    settings->schedule.factor = 1e-9 + 0.99 * rn_random_uniform (random);
}

static void
settings_come_back_from_json_to_the_bit (void)
{
  static const char *const sources[] = { "sample", "/data/ä \"b\"\\\n", "" };
  RnRandom random;

  rn_random_start (&random, 6, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < 500; i++)
    {
      RnSettings settings, again;
      g_autofree char *json = NULL, *json_again = NULL, *data = NULL, *digest = NULL;
      g_autoptr (GError) error = NULL;

      random_settings (&random, &settings);
      json = rn_settings_to_json (&settings, sources[i % 3], "0123abcd");
      rn_settings_from_json (&again, json, -1, "settings.json", &data, &digest, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (data, ==, sources[i % 3]);
      g_assert_cmpstr (digest, ==, "0123abcd");
      g_assert_cmpfloat (again.rate, ==, settings.rate);
      g_assert_cmpfloat (again.momentum, ==, settings.momentum);
      g_assert_cmpfloat (again.weight_decay, ==, settings.weight_decay);
      g_assert_cmpuint (again.seed, ==, settings.seed);
      g_assert_cmpfloat (again.schedule.factor, ==, settings.schedule.factor);
      g_assert_cmpint (again.augment.pad, ==, settings.augment.pad);
      json_again = rn_settings_to_json (&again, data, digest);
      g_assert_cmpstr (json_again, ==, json);
    }
}

static void
broken_settings_files_are_refused_by_name (void)
{
  /* A text in the whole file, what takes its place, and what is to be told */
  static const char *const broken[][3] = {
    { "\"version\": 1", "\"version\": 2", "version" },
    { "\"steps\": 64000,", "", "steps" },
    { "\"steps\": 64000", "\"steps\": 0", "steps" },
    { "\"steps\": 64000", "\"steps\": \"many\"", "steps" },
    { "\"steps\": 64000", "\"steps\": 6.5", "steps" },
    { "\"steps\": 64000", "\"steps\": 64000, \"steps\": 64000", "steps" },
    { "\"batch\": 128", "\"batch\": 99999999999", "batch" },
    { "\"rate\": 0.1", "\"rate\": -1", "rate" },
    { "\"rate\": 0.1", "\"rate\": 1e999", "" },
    { "\"rate\": 0.1", "\"rate\": null", "rate" },
    { "\"momentum\": 0.9", "\"momentum\": 1.0", "momentum" },
    { "\"schedule\": \"", "\"schedule\": \"x", "xsteps" },
    { "\"augment\": \"", "\"augment\": \"crop=999999,", "" },
    { "\"spare_norms\": false", "\"spare_norms\": 0", "spare_norms" },
    { "\"seed\": \"1\"", "\"seed\": 1", "seed" },
    { "\"seed\": \"1\"", "\"seed\": \"-1\"", "seed" },
    { "\"seed\": \"1\"", "\"seed\": \"18446744073709551616\"", "seed" },
    { "\"data\": \"sample\"", "\"data\": []", "data" },
    { "\"data\"", "\"date\"", "date" },
    { "{\n", "[\n", "" },
    { "}\n", "", "" },
  };
  RnSettings settings;
  g_autofree char *whole = NULL;

  rn_settings_init (&settings);
  whole = rn_settings_to_json (&settings, "sample", "ff");
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_auto (GStrv) parts = g_strsplit (whole, broken[i][0], 2);
      g_autofree char *text = g_strjoinv (broken[i][1], parts);
      g_autoptr (GError) error = NULL;
      RnSettings read = { .batch = 42 };

      g_assert_cmpint ((int) g_strv_length (parts), ==, 2);
      g_assert_false (
          rn_settings_from_json (&read, text, -1, "RUN/settings.json", NULL, NULL, &error));
      g_assert_cmpint ((int) error->domain, ==, (int) RN_ERROR);
      g_assert_nonnull (strstr (error->message, "RUN/settings.json"));
      assert_says (error, error->code, broken[i][2]);
      g_assert_cmpint (read.batch, ==, 42);
    }
}

#define ADD(name) g_test_add_func ("/settings/" #name, name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (every_double_and_float_comes_back_to_the_bit);
  ADD (what_is_no_number_is_refused);
  ADD (schedules_are_read_as_they_are_written);
  ADD (broken_schedules_are_refused_naming_the_word);
  ADD (rates_are_those_of_the_table);
  ADD (a_plateau_drops_after_its_patience);
  ADD (other_schedules_take_no_notice_of_errors);
  ADD (a_warm_up_by_error_waits_for_a_whole_window);
  ADD (a_state_goes_on_from_its_numbers_as_if_nothing_had_been);
  ADD (numbers_that_no_state_saved_are_refused);
  ADD (the_defaults_are_the_paper_s);
  ADD (settings_out_of_bounds_are_named);
  ADD (settings_that_are_no_numbers_are_named);
  ADD (settings_come_back_from_json_to_the_bit);
  ADD (broken_settings_files_are_refused_by_name);
  return g_test_run ();
}
