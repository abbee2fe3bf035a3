from dashboard import shell, ui
view = shell.begin("collective_economy")
ui.finding(view.in_words())
