from dashboard import shell, ui
view = shell.begin("overview")
ui.finding(view.in_words())
